#!/bin/sh
# Installs Tagline for you, or with --system for everybody on this machine. --uninstall takes it away again.
set -eu

usage() {
    cat <<'END'
Usage: install.sh [--system] [--clap | --vst3] [--uninstall]

  --system     for all users: /usr/lib/clap and /usr/lib/vst3, as root
               (without it, for you alone: ~/.clap and ~/.vst3)
  --clap       the CLAP only
  --vst3       the VST3 only, with its presets
  --uninstall  remove what was installed; your own presets stay
END
}

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
system=no remove=no clap=yes vst3=yes
for argument in "$@"; do
    case $argument in
        --system) system=yes ;;
        --uninstall) remove=yes ;;
        --clap) vst3=no ;;
        --vst3) clap=no ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; fail "$argument is no option" ;;
    esac
done
[ "$clap$vst3" != nono ] || fail "--clap and --vst3 leave nothing; name one of them, or none for both"

if [ "$system" = yes ]; then
    [ ! -e /var/lib/dpkg/info/tagline.list ] ||
        fail "the Debian package tagline is installed; remove it first: apt-get remove tagline"
    clap_folder=/usr/lib/clap vst3_folder=/usr/lib/vst3 presets=/usr/share/vst3/presets
else
    [ -n "${HOME-}" ] || fail "HOME is not set, so your folder for plugins is unknown"
    clap_folder=$HOME/.clap vst3_folder=$HOME/.vst3 presets=$HOME/.vst3/presets
fi
# The vendor, and the plugin.
presets=$presets/Tagline/Tagline

# Puts a file or a folder in place of an older one. The copy is made aside and renamed: a host that runs
# the old plugin keeps the file that it has open.
put() {
    mkdir -p "$2"
    name=$(basename "$1")
    rm -rf "$2/$name.new"
    cp -R "$1" "$2/$name.new"
    rm -rf "${2:?}/$name"
    mv "$2/$name.new" "$2/$name"
}

install_all() {
    machine=$(uname -m)
    [ "$machine" = '@ARCHITECTURE@' ] ||
        fail "this Tagline is for @ARCHITECTURE@, and this machine is $machine; get the archive for it"
    if [ "$clap" = yes ]; then
        put "$here/Tagline.clap" "$clap_folder"
        echo "Installed $clap_folder/Tagline.clap"
    fi
    if [ "$vst3" = yes ]; then
        put "$here/Tagline.vst3" "$vst3_folder"
        for preset in "$here/VST3 Presets"/*.vstpreset; do
            put "$preset" "$presets"
        done
        echo "Installed $vst3_folder/Tagline.vst3, and its presets in $presets"
    fi
}

remove_all() {
    if [ "$clap" = yes ]; then
        rm -f "$clap_folder/Tagline.clap"
        echo "Removed $clap_folder/Tagline.clap"
    fi
    if [ "$vst3" = yes ]; then
        rm -rf "$vst3_folder/Tagline.vst3"
        for preset in "$here/VST3 Presets"/*.vstpreset; do
            rm -f "$presets/$(basename "$preset")"
        done
        # These stay if there is something of yours in them.
        rmdir "$presets" "$(dirname "$presets")" 2>/dev/null || :
        echo "Removed $vst3_folder/Tagline.vst3 and its presets"
    fi
}

if [ "$remove" = yes ]; then remove_all; else install_all; fi
