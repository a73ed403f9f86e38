//! Text to element tree, without recursion and within [`Limits`].

use minidom::Element;
use rxml::error::EndOrError;
use rxml::parser::CommentMode;
use rxml::{
    Namespace, NcName, Options, Parse, RawEvent, RawParser, RawQName, WithOptions, XMLNS_XMLNS,
};

use crate::{Limits, XmlError};

/// Reads one document: one root element, optionally after an XML declaration, and white space at most behind it.
///
/// Namespaces are resolved; the prefixes that were used are forgotten, because `minidom` panics when it writes
/// a tree in which a descendant binds a prefix of the root anew.
///
/// # Errors
/// Every document that is not well-formed with namespaces, not in the subset of RFC 6120 §11.1, or beyond `limits`.
pub fn parse(text: &str, limits: &Limits) -> Result<Element, XmlError> {
    parse_utf8(text.as_bytes(), limits)
}

/// Like [`parse`], for bytes that nobody has checked to be UTF-8 yet.
///
/// # Errors
/// [`XmlError::NotUtf8`], and those of [`parse`].
pub fn parse_bytes(bytes: &[u8], limits: &Limits) -> Result<Element, XmlError> {
    check_size(bytes, limits)?;
    let text = std::str::from_utf8(bytes).map_err(|e| XmlError::NotUtf8 {
        valid_up_to: e.valid_up_to(),
    })?;
    parse(text, limits)
}

fn check_size(bytes: &[u8], limits: &Limits) -> Result<(), XmlError> {
    if bytes.len() > limits.bytes {
        return Err(XmlError::TooLarge {
            size: bytes.len(),
            limit: limits.bytes,
        });
    }
    Ok(())
}

fn parse_utf8(mut rest: &[u8], limits: &Limits) -> Result<Element, XmlError> {
    check_size(rest, limits)?;
    if rest.first() != Some(&b'<') {
        return Err(XmlError::NotAnElement);
    }
    // The tokenizer's own limit (8 KiB) would refuse ordinary long attributes; the document's size is bounded above.
    let options = Options {
        max_token_length: limits.bytes,
        context: None,
        comments: CommentMode::Reject,
    };
    let mut parser = RawParser::with_options(options);
    let mut tree = Tree::new(limits);
    loop {
        if let Some(root) = tree.root.take() {
            return after_root(rest).map(|()| root);
        }
        match parser.parse(&mut rest, true) {
            Ok(Some(RawEvent::XmlDeclaration(..))) => before_root(rest)?,
            Ok(Some(event)) => tree.take(event)?,
            Ok(None) => return Err(XmlError::NotWellFormed("it has no element".to_owned())),
            Err(EndOrError::Error(error)) => return Err(error.into()),
            Err(EndOrError::NeedMoreData) => {
                return Err(XmlError::NotWellFormed("it ends too early".to_owned()));
            }
        }
    }
}

/// What may stand between an XML declaration and the root: white space. The tokenizer also lets references to white
/// space and empty CDATA sections pass.
fn before_root(rest: &[u8]) -> Result<(), XmlError> {
    let mut rest = rest.iter().skip_while(|byte| b" \t\r\n".contains(byte));
    match (rest.next(), rest.next()) {
        (Some(b'<'), Some(b'!' | b'?')) => Err(XmlError::Restricted(
            "a document type, comment or processing instruction",
        )),
        (Some(b'<'), _) => Ok(()),
        _ => Err(XmlError::NotWellFormed(
            "something precedes the root element".to_owned(),
        )),
    }
}

/// What may follow the root: white space (XML 1.0 §2.1). The tokenizer also lets references to white space pass.
fn after_root(rest: &[u8]) -> Result<(), XmlError> {
    if rest.iter().all(|byte| b" \t\r\n".contains(byte)) {
        return Ok(());
    }
    Err(XmlError::NotWellFormed(
        "something follows the root element".to_owned(),
    ))
}

/// One namespace declaration in force. `prefix` is `None` for the default namespace.
struct Binding {
    prefix: Option<NcName>,
    namespace: Namespace<'static>,
}

/// An element whose start tag is still being read.
struct Head {
    name: RawQName,
    attributes: Vec<(RawQName, String)>,
    /// All attributes so far, declarations included.
    count: usize,
    /// Where this element's own declarations begin in `Tree::bindings`.
    own_bindings: usize,
}

struct Tree<'a> {
    limits: &'a Limits,
    nodes: usize,
    head: Option<Head>,
    /// The open elements, each with the number of bindings to go back to when it closes.
    open: Vec<(Element, usize)>,
    bindings: Vec<Binding>,
    root: Option<Element>,
}

impl<'a> Tree<'a> {
    fn new(limits: &'a Limits) -> Self {
        Tree {
            limits,
            nodes: 0,
            head: None,
            open: Vec::new(),
            bindings: Vec::new(),
            root: None,
        }
    }

    fn take(&mut self, event: RawEvent) -> Result<(), XmlError> {
        match event {
            RawEvent::XmlDeclaration(..) => Ok(()),
            RawEvent::ElementHeadOpen(_, name) => self.begin(name),
            RawEvent::Attribute(_, name, value) => self.attribute(name, value),
            RawEvent::ElementHeadClose(_) => self.opened(),
            RawEvent::ElementFoot(_) => {
                self.close();
                Ok(())
            }
            RawEvent::Text(_, text) => {
                if let Some((element, _)) = self.open.last_mut() {
                    element.append_text(text);
                }
                Ok(())
            }
        }
    }

    fn count_node(&mut self) -> Result<(), XmlError> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            return Err(XmlError::TooManyNodes {
                limit: self.limits.nodes,
            });
        }
        Ok(())
    }

    fn begin(&mut self, name: RawQName) -> Result<(), XmlError> {
        if self.open.len() >= self.limits.depth {
            return Err(XmlError::TooDeep {
                limit: self.limits.depth,
            });
        }
        self.count_node()?;
        self.head = Some(Head {
            name,
            attributes: Vec::new(),
            count: 0,
            own_bindings: self.bindings.len(),
        });
        Ok(())
    }

    fn attribute(&mut self, name: RawQName, value: String) -> Result<(), XmlError> {
        self.count_node()?;
        let Some(head) = self.head.as_mut() else {
            return Ok(());
        };
        head.count += 1;
        if head.count > self.limits.attributes {
            return Err(XmlError::TooManyAttributes {
                limit: self.limits.attributes,
            });
        }
        let prefix = match name {
            (Some(xmlns), local) if xmlns == "xmlns" => Some(local),
            (None, local) if local == "xmlns" => None,
            name => {
                head.attributes.push((name, value));
                return Ok(());
            }
        };
        let own = head.own_bindings;
        self.declare(own, prefix, value)
    }

    /// A namespace declaration on the element being read (Namespaces in XML 1.0 §3).
    fn declare(&mut self, own: usize, prefix: Option<NcName>, uri: String) -> Result<(), XmlError> {
        if prefix.as_ref().is_some_and(|p| p == "xmlns") || uri == XMLNS_XMLNS {
            return Err(XmlError::NotWellFormed(
                "the prefix xmlns and its namespace can't be declared".to_owned(),
            ));
        }
        if self.bindings[own..].iter().any(|b| b.prefix == prefix) {
            return Err(XmlError::DuplicateAttribute(
                prefix.map_or_else(|| "xmlns".to_owned(), |p| p.to_string()),
            ));
        }
        if self.bindings.len() >= self.limits.namespaces {
            return Err(XmlError::TooManyNamespaces {
                limit: self.limits.namespaces,
            });
        }
        self.bindings.push(Binding {
            prefix,
            namespace: uri.into(),
        });
        Ok(())
    }

    fn resolve(&self, prefix: Option<&NcName>) -> Result<Namespace<'static>, XmlError> {
        if prefix.is_some_and(|p| p == "xml") {
            return Ok(Namespace::XML);
        }
        match self
            .bindings
            .iter()
            .rev()
            .find(|b| b.prefix.as_ref() == prefix)
        {
            Some(binding) => Ok(binding.namespace.clone()),
            None => match prefix {
                None => Ok(Namespace::NONE),
                Some(prefix) => Err(XmlError::UndeclaredPrefix(prefix.to_string())),
            },
        }
    }

    fn opened(&mut self) -> Result<(), XmlError> {
        let Some(head) = self.head.take() else {
            return Ok(());
        };
        let (prefix, name) = head.name;
        let namespace = self.resolve(prefix.as_ref())?;
        let mut element = Element::bare(name.as_str(), namespace);
        for ((prefix, name), value) in head.attributes {
            // An attribute without a prefix is in no namespace, whatever the default is (Namespaces in XML 1.0 §6.2).
            let namespace = match prefix {
                None => Namespace::NONE,
                prefix => self.resolve(prefix.as_ref())?,
            };
            if element.attrs().get(&namespace, &name).is_some() {
                return Err(XmlError::DuplicateAttribute(name.to_string()));
            }
            element.attrs_mut().insert(namespace, name, value);
        }
        self.open.push((element, head.own_bindings));
        Ok(())
    }

    fn close(&mut self) {
        let Some((element, bindings)) = self.open.pop() else {
            return;
        };
        self.bindings.truncate(bindings);
        match self.open.last_mut() {
            Some((parent, _)) => {
                parent.append_child(element);
            }
            None => self.root = Some(element),
        }
    }
}
