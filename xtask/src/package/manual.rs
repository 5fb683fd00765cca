//! The manual as pages of HTML that need nothing but a browser.

use std::collections::BTreeMap;
use std::path::Path;

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

use super::tree::{Tree, file_error};
use crate::error::Error;

/// The documents that become pages, and the names of the pages.
const PAGES: [(&str, &str); 3] = [
    ("docs/manual.md", "index.html"),
    ("docs/presets.md", "presets.html"),
    ("models/README.md", "model.html"),
];

const STYLE: &str = "\
body { font: 16px/1.55 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
  color: #1d2126; background: #fff }
h1, h2, h3 { line-height: 1.25; margin-top: 2rem }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { border: 1px solid #c9d0d8; padding: .3rem .6rem; text-align: left; vertical-align: top }
code, pre { font: 90% ui-monospace, monospace; background: #eef1f4; border-radius: 3px }
code { padding: .1rem .25rem }
pre { padding: .75rem; overflow-x: auto }
pre code { padding: 0 }
img { max-width: 100% }
a { color: #0a5db5 }
@media (prefers-color-scheme: dark) {
  body { color: #e3e7ec; background: #16191d }
  th, td { border-color: #3b434c }
  code, pre { background: #23282e }
  a { color: #7cb8ff }
}
";

/// The pages, and the pictures that they show.
///
/// # Errors
/// [`Error::File`]; [`Error::Package`] if a link leads to a heading that is not there.
pub fn pages(root: &Path) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    let mut headings = BTreeMap::new();
    let mut links = Vec::new();
    for (document, name) in PAGES {
        let path = root.join(document);
        let text = std::fs::read_to_string(&path).map_err(file_error("read", &path))?;
        let page = Page::of(document, &text);
        for picture in &page.pictures {
            let from = root.join(picture);
            tree.add_from(&format!("pictures/{}", file_name(picture)), &from)?;
        }
        tree.add(name, page.html());
        headings.insert(name, page.headings);
        links.extend(page.links.into_iter().map(|link| (document, name, link)));
    }
    for (document, name, link) in links {
        let (page, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let page = if page.is_empty() { name } else { page };
        let known = headings.get(page);
        if !known.is_some_and(|known| anchor.is_empty() || known.iter().any(|id| id == anchor)) {
            return Err(Error::Package(format!("{document}: no page has {link}")));
        }
    }
    Ok(tree)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A document on its way to a page.
struct Page {
    title: String,
    body: String,
    headings: Vec<String>,
    /// Links to the pages themselves.
    links: Vec<String>,
    /// Pictures, by their paths from the root.
    pictures: Vec<String>,
}

impl Page {
    fn of(document: &str, text: &str) -> Self {
        let mut page = Self {
            title: String::new(),
            body: String::new(),
            headings: Vec::new(),
            links: Vec::new(),
            pictures: Vec::new(),
        };
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let mut events: Vec<Event> = Parser::new_ext(text, options).collect();
        page.name_headings(&mut events);
        let events = page.follow_links(document, events);
        html::push_html(&mut page.body, events.into_iter());
        page
    }

    /// Gives each heading the id by which links find it.
    fn name_headings(&mut self, events: &mut [Event]) {
        for at in 0..events.len() {
            if !matches!(events[at], Event::Start(Tag::Heading { .. })) {
                continue;
            }
            let inside = events[at + 1..]
                .iter()
                .take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
            let text: String = inside
                .filter_map(|event| match event {
                    Event::Text(text) | Event::Code(text) => Some(text.as_ref()),
                    _ => None,
                })
                .collect();
            let slug = slug(&text);
            if self.title.is_empty() {
                self.title.clone_from(&text);
            }
            self.headings.push(slug.clone());
            if let Event::Start(Tag::Heading { id, .. }) = &mut events[at] {
                *id = Some(CowStr::from(slug));
            }
        }
    }

    /// Turns links to documents into links to pages. What is no page is only for those who have the sources:
    /// its text stays, without a link.
    fn follow_links<'a>(&mut self, document: &str, events: Vec<Event<'a>>) -> Vec<Event<'a>> {
        let mut out = Vec::new();
        let mut dropped = Vec::new();
        for event in events {
            match event {
                Event::Start(Tag::Link {
                    link_type,
                    dest_url,
                    title,
                    id,
                }) => {
                    let url = self.target(document, link_type, &dest_url);
                    dropped.push(url.is_none());
                    out.extend(url.map(|url| {
                        Event::Start(Tag::Link {
                            link_type,
                            dest_url: url.into(),
                            title,
                            id,
                        })
                    }));
                }
                Event::End(TagEnd::Link) => {
                    if dropped.pop() == Some(false) {
                        out.push(event);
                    }
                }
                Event::Start(Tag::Image {
                    link_type,
                    dest_url,
                    title,
                    id,
                }) => {
                    let picture = from_root(document, &dest_url);
                    let url = format!("pictures/{}", file_name(&picture));
                    self.pictures.push(picture);
                    out.push(Event::Start(Tag::Image {
                        link_type,
                        dest_url: url.into(),
                        title,
                        id,
                    }));
                }
                event => out.push(event),
            }
        }
        out
    }

    fn target(&mut self, document: &str, kind: LinkType, url: &str) -> Option<String> {
        if url.contains("://") || kind == LinkType::Email {
            return Some(url.to_owned());
        }
        let (path, anchor) = match url.split_once('#') {
            Some((path, anchor)) => (path, format!("#{anchor}")),
            None => (url, String::new()),
        };
        let link = if path.is_empty() {
            anchor
        } else {
            let path = from_root(document, path);
            let (_, name) = PAGES.iter().find(|(document, _)| *document == path)?;
            format!("{name}{anchor}")
        };
        self.links.push(link.clone());
        Some(link)
    }

    fn html(&self) -> String {
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{}</title>\n<style>\n{STYLE}</style>\n{}</html>\n",
            self.title, self.body
        )
    }
}

/// The path from the root of what `document` names from its own folder.
fn from_root(document: &str, path: &str) -> String {
    let mut parts: Vec<&str> = document.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The id of a heading, as the forges make it: lower case, hyphens for spaces, no punctuation.
fn slug(heading: &str) -> String {
    let letters = heading.trim().chars().flat_map(char::to_lowercase);
    letters
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            letter => letter.is_alphanumeric().then_some(letter),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_and_picture_of_the_pages_leads_somewhere() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let tree = pages(&root).expect("the pages");
        let names: Vec<&str> = tree.files().map(|(path, _)| path).collect();
        assert!(names.contains(&"index.html"), "{names:?}");
        let pictures = names.iter().filter(|name| name.starts_with("pictures/"));
        assert!(pictures.count() > 1, "{names:?}");
        for (name, entry) in tree.files().filter(|(name, _)| name.ends_with(".html")) {
            let html = String::from_utf8(entry.bytes().expect("a page")).expect("text");
            assert!(
                !html.contains(".md\"") && !html.contains("href=\".."),
                "{name}"
            );
            for picture in html.split("<img src=\"").skip(1) {
                let picture = picture.split('"').next().expect("a path");
                assert!(names.contains(&picture), "{name} shows {picture}");
            }
        }
    }

    #[test]
    fn what_is_no_page_keeps_its_words_and_loses_its_link() {
        let page = Page::of(
            "docs/manual.md",
            "# A\n\n[why](decisions.md), [presets](presets.md#files), [b](#a)\n",
        );
        assert!(
            page.body
                .contains("<p>why, <a href=\"presets.html#files\">presets</a>, "),
            "{}",
            page.body
        );
        assert_eq!(page.links, ["presets.html#files", "#a"]);
    }

    #[test]
    fn headings_get_the_ids_that_links_use() {
        assert_eq!(
            slug("The built-in model's tags"),
            "the-built-in-models-tags"
        );
        let page = Page::of("docs/manual.md", "## A `code` heading\n");
        assert!(
            page.body.starts_with("<h2 id=\"a-code-heading\">"),
            "{}",
            page.body
        );
    }
}
