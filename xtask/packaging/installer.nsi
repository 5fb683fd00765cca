; The installer for Windows. `cargo xtask package` defines VERSION, OUTPUT and FILES, the last one a file with
; the macros that name what is installed.
;
; Silent: Tagline-…-setup.exe /S [/AllUsers | /CurrentUser] [/CLAP=0] [/VST3=0]. The uninstaller takes /S, too.

Unicode true
Target amd64-unicode
ManifestDPIAware true
SetCompressor /SOLID lzma
; Large enough to see that both formats hold the same library.
SetCompressorDictSize 96
; The times of the files would differ from run to run.
SetDateSave off

!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_INSTALLMODE_DEFAULT_CURRENTUSER
!define MULTIUSER_INSTALLMODE_INSTDIR "Tagline"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "Software\Tagline"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "Folder"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "Software\Tagline"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "Folder"
!define MULTIUSER_USE_PROGRAMFILES64
!include MultiUser.nsh
!include MUI2.nsh
!include FileFunc.nsh
!include Sections.nsh
!include "${FILES}"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Tagline"

Name "Tagline ${VERSION}"
OutFile "${OUTPUT}"
BrandingText "Tagline ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "Tagline"
VIAddVersionKey FileDescription "Installs the Tagline plugin"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "The Tagline authors; MIT or Apache-2.0"

Var Clap
Var Vst3
Var Presets

!define MUI_COMPONENTSPAGE_SMALLDESC
!insertmacro MUI_PAGE_WELCOME
!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_SHOWREADME "$INSTDIR\manual\index.html"
!define MUI_FINISHPAGE_SHOWREADME_TEXT "Open the manual"
!define MUI_FINISHPAGE_SHOWREADME_NOTCHECKED
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; Where hosts look for plugins and for presets of VST3, by who they are for.
!macro FIND_FOLDERS
  ${If} $MultiUser.InstallMode == "AllUsers"
    StrCpy $Clap "$COMMONFILES64\CLAP"
    StrCpy $Vst3 "$COMMONFILES64\VST3"
    StrCpy $Presets "$APPDATA\VST3 Presets"
  ${Else}
    StrCpy $Clap "$LOCALAPPDATA\Programs\Common\CLAP"
    StrCpy $Vst3 "$LOCALAPPDATA\Programs\Common\VST3"
    StrCpy $Presets "$DOCUMENTS\VST3 Presets"
  ${EndIf}
  ; The vendor, and the plugin.
  StrCpy $Presets "$Presets\Tagline\Tagline"
!macroend

; Removes a plugin's file. Windows does not let go of one that a host has open.
!macro REMOVE_PLUGIN FILE
  ClearErrors
  Delete "${FILE}"
  ${If} ${Errors}
    SetErrorLevel 2
    MessageBox MB_OK|MB_ICONSTOP "A program still uses ${FILE}. Close your host and try again." /SD IDOK
    Abort "A program still uses ${FILE}."
  ${EndIf}
!macroend

Section "-Folders"
  !insertmacro FIND_FOLDERS
SectionEnd

Section "CLAP" SecClap
  !insertmacro REMOVE_PLUGIN "$Clap\Tagline.clap"
  !insertmacro INSTALL_CLAP
SectionEnd

Section "VST3" SecVst3
  !insertmacro REMOVE_PLUGIN "$Vst3\Tagline.vst3\Contents\x86_64-win\Tagline.vst3"
  RMDir /r "$Vst3\Tagline.vst3"
  !insertmacro INSTALL_VST3
SectionEnd

Section "-Manual"
  !insertmacro INSTALL_MANUAL
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr SHCTX "Software\Tagline" "Folder" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "Tagline"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "The Tagline authors"
  WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode /S'
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  !insertmacro FIND_FOLDERS
  !insertmacro REMOVE_PLUGIN "$Clap\Tagline.clap"
  !insertmacro REMOVE_PLUGIN "$Vst3\Tagline.vst3\Contents\x86_64-win\Tagline.vst3"
  RMDir /r "$Vst3\Tagline.vst3"
  !insertmacro REMOVE_PRESETS
  ; Without /r: the user's own presets stay.
  RMDir "$Presets"
  RMDir "$Presets\.."
  !insertmacro REMOVE_MANUAL
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey SHCTX "${UNINSTALL}"
  DeleteRegKey SHCTX "Software\Tagline"
SectionEnd

Function .onInit
  !insertmacro MULTIUSER_INIT
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/CLAP=" $R1
  ${If} $R1 == "0"
    !insertmacro UnselectSection ${SecClap}
  ${EndIf}
  StrCpy $R1 ""
  ${GetOptions} $R0 "/VST3=" $R1
  ${If} $R1 == "0"
    !insertmacro UnselectSection ${SecVst3}
  ${EndIf}
FunctionEnd

Function un.onInit
  !insertmacro MULTIUSER_UNINIT
FunctionEnd
