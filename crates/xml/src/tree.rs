//! The tree that a reader builds.

use minidom::Element;
use rxml::{Namespace, NcName, RawEvent, RawQName, XMLNS_XMLNS};

use crate::{Limits, XmlError};

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

/// Elements being built from tokens, without recursion and within [`Limits`].
pub(crate) struct Tree {
    limits: Limits,
    nodes: usize,
    head: Option<Head>,
    /// The open elements, each with the number of bindings to go back to when it closes.
    open: Vec<(Element, usize)>,
    bindings: Vec<Binding>,
    root: Option<Element>,
}

impl Tree {
    pub(crate) fn new(limits: Limits) -> Self {
        Tree {
            limits,
            nodes: 0,
            head: None,
            open: Vec::new(),
            bindings: Vec::new(),
            root: None,
        }
    }

    /// Takes the next token of a document.
    pub(crate) fn take(&mut self, event: RawEvent) -> Result<(), XmlError> {
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

    /// The root, once it is closed.
    pub(crate) fn take_root(&mut self) -> Option<Element> {
        let root = self.root.take()?;
        self.nodes = 0;
        Some(root)
    }

    /// The one element that is open, with its declarations left in force: the header of a stream.
    pub(crate) fn take_header(&mut self) -> Option<Element> {
        self.nodes = 0;
        self.open.pop().map(|(header, _)| header)
    }

    /// How many declarations are in force.
    pub(crate) fn bindings(&self) -> usize {
        self.bindings.len()
    }

    /// Forgets what was begun, but for the first declarations.
    pub(crate) fn forget(&mut self, bindings: usize) {
        self.head = None;
        self.open.clear();
        self.bindings.truncate(bindings);
        self.root = None;
        self.nodes = 0;
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
