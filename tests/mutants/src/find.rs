//! Where the changes of a file are in its syntax.

use proc_macro2::{LineColumn, Span};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A text, and where its lines begin.
pub(crate) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The line counted from 1, the character in it from 0.
    fn offset(&self, line: usize, column: usize) -> usize {
        let rest = &self.text[self.starts[line - 1]..];
        self.starts[line - 1] + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at)
    }
}

/// A change that cargo-mutants would make: another text in place of a piece.
pub(crate) struct Mutant {
    pub(crate) id: usize,
    pub(crate) genre: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) replacement: String,
}

impl Mutant {
    pub(crate) fn of(id: usize, listed: &Value, lines: &Lines<'_>) -> Self {
        let number = |place: &Value, name: &str| place[name].as_u64().expect("a number") as usize;
        let offset = |place: &Value| lines.offset(number(place, "line"), number(place, "column") - 1);
        let text = |name: &str| listed[name].as_str().expect("text").to_owned();
        let (start, end) = (offset(&listed["span"]["start"]), offset(&listed["span"]["end"]));
        Self { id, genre: text("genre"), start, end, replacement: text("replacement") }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// In front of a match arm's guard or of its arrow.
    Arm {
        has_guard: bool,
    },
    Guard,
    /// As a whole, because precedence may change with an operator; or a struct's value with one field less.
    Whole,
    /// `!x` or `-x`.
    Sign,
    /// At the start of a function's body.
    Body,
    /// The body of a function that gives an iterator of a type without a name, and perhaps none.
    Iterator {
        optional: bool,
    },
    /// Behind a constant: a function beside it, with its type and its value.
    Constant {
        name: String,
        class: String,
        value: (usize, usize),
    },
    /// No change: another text, where a constant or its use becomes something that can be switched.
    Put(String),
}

/// What is to be switched there: the changes by their place in the list of the file.
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    pub(crate) mutants: Vec<usize>,
}

/// What there is in a file.
pub(crate) struct Found {
    /// In order, the outer ones first.
    pub(crate) places: Vec<Place>,
    /// The numbers of the changes that have no place.
    pub(crate) left: Vec<usize>,
    /// The names of constants whose values have changes, and of all that patterns, types and other constants use.
    pub(crate) constants: BTreeSet<String>,
    pub(crate) fixed: BTreeSet<String>,
}

/// `switchable` are the constants that a function can stand for, and the module of each.
pub(crate) fn places(lines: &Lines<'_>, mutants: &[Mutant], switchable: &BTreeMap<String, String>) -> Found {
    let file = syn::parse_file(lines.text).expect("Rust");
    let found = Found { places: vec![], left: vec![], constants: BTreeSet::new(), fixed: BTreeSet::new() };
    let mut finder = Finder { lines, mutants, switchable, depth: 0, taken: BTreeSet::new(), found };
    finder.visit_file(&file);
    let Finder { taken, mut found, .. } = finder;
    found.left = (0..mutants.len()).filter(|at| !taken.contains(at)).map(|at| mutants[at].id).collect();
    found.places.sort_by_key(|place| (place.start, place.kind > Kind::Guard, Reverse(place.end), place.kind.clone()));
    found
}

struct Finder<'a> {
    lines: &'a Lines<'a>,
    mutants: &'a [Mutant],
    switchable: &'a BTreeMap<String, String>,
    /// How deep in constants and patterns, where nothing can be switched at run time.
    depth: usize,
    taken: BTreeSet<usize>,
    found: Found,
}

impl Finder<'_> {
    fn range(&self, span: Span) -> (usize, usize) {
        let offset = |at: LineColumn| self.lines.offset(at.line, at.column);
        (offset(span.start()), offset(span.end()))
    }

    fn take(&mut self, genre: &str, fits: impl Fn(&Mutant) -> bool) -> Vec<usize> {
        let of_place = |at: &usize| self.mutants[*at].genre == genre && fits(&self.mutants[*at]);
        let taken: Vec<_> = (0..self.mutants.len()).filter(|_| self.depth == 0).filter(of_place).collect();
        self.taken.extend(&taken);
        taken
    }

    fn put(&mut self, (start, end): (usize, usize), kind: Kind, mutants: Vec<usize>) {
        if !mutants.is_empty() {
            self.found.places.push(Place { start, end, kind, mutants });
        }
    }

    fn write(&mut self, (start, end): (usize, usize), text: impl Into<String>) {
        self.found.places.push(Place { start, end, kind: Kind::Put(text.into()), mutants: vec![] });
    }

    /// The changes of all operators of an expression, but for those in parentheses and the like.
    fn operators(&mut self, expression: &syn::ExprBinary, out: &mut Vec<usize>) {
        let (start, _) = self.range(expression.op.span());
        out.extend(self.take("BinaryOperator", |mutant| mutant.start == start));
        for side in [&*expression.left, &*expression.right] {
            if let syn::Expr::Binary(inner) = side {
                self.operators(inner, out);
            }
        }
    }

    fn operands(&mut self, expression: &syn::Expr) {
        match expression {
            syn::Expr::Binary(inner) => [&inner.left, &inner.right].into_iter().for_each(|side| self.operands(side)),
            other => self.visit_expr(other),
        }
    }

    /// It is no longer `const`: a test does not need that.
    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        if let Some(constness) = signature.constness {
            self.write(self.range(constness.span()), "");
        }
        if let Some(first) = block.stmts.first() {
            let ((open, close), (start, _)) = (self.range(block.span()), self.range(first.span()));
            let mutants = self.take("FnValue", |mutant| mutant.start > open && mutant.start <= start);
            let (end, kind) = match optional_iterator(&signature.output) {
                Some(optional) => (close - 1, Kind::Iterator { optional }),
                None => (open + 1, Kind::Body),
            };
            self.put((open + 1, end), kind, mutants);
        }
    }

    fn constant(&mut self, walk: impl FnOnce(&mut Self)) {
        self.depth += 1;
        walk(self);
        self.depth -= 1;
    }

    /// A table is made when it is first needed; of another value, a function stands beside it.
    fn value(&mut self, name: &syn::Ident, class: &syn::Type, value: &syn::Expr, token: Span, item: Span) {
        let (class_at, value_at) = (self.range(class.span()), self.range(value.span()));
        if let (syn::Type::Array(_), syn::Expr::Block(_)) = (class, value) {
            self.write(self.range(token), "static");
            self.write((class_at.0, class_at.0), "::std::sync::LazyLock<");
            self.write((class_at.1, class_at.1), ">");
            self.write((value_at.0, value_at.0), "::std::sync::LazyLock::new(|| ");
            self.write((value_at.1, value_at.1), ")");
            return self.visit_expr(value);
        }
        let inside = |mutant: &Mutant| value_at.0 <= mutant.start && mutant.end <= value_at.1;
        if self.mutants.iter().any(|mutant| mutant.genre.ends_with("Operator") && inside(mutant)) {
            self.found.constants.insert(name.to_string());
        }
        if self.switchable.contains_key(&name.to_string()) {
            let mutants =
                ["BinaryOperator", "UnaryOperator"].into_iter().flat_map(|genre| self.take(genre, inside)).collect();
            let class = self.lines.text[class_at.0..class_at.1].to_owned();
            let (_, end) = self.range(item);
            self.put((end, end), Kind::Constant { name: name.to_string(), class, value: value_at }, mutants);
        }
        self.constant(|this| {
            this.visit_type(class);
            this.visit_expr(value);
        });
    }
}

/// Whether a function gives an iterator of a type without a name, and whether it may give none.
fn optional_iterator(output: &syn::ReturnType) -> Option<bool> {
    let syn::ReturnType::Type(_, class) = output else { return None };
    match &**class {
        syn::Type::ImplTrait(_) => Some(false),
        syn::Type::Path(path) => match &path.path.segments.last()?.arguments {
            syn::PathArguments::AngleBracketed(of) => {
                let is_impl = |argument: &_| matches!(argument, syn::GenericArgument::Type(syn::Type::ImplTrait(_)));
                of.args.iter().any(is_impl).then_some(true)
            }
            _ => None,
        },
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        match expression {
            syn::Expr::Binary(binary) => {
                let mut mutants = vec![];
                self.operators(binary, &mut mutants);
                self.put(self.range(binary.span()), Kind::Whole, mutants);
                self.operands(expression);
            }
            syn::Expr::Unary(unary) => {
                let (start, _) = self.range(unary.op.span());
                let mutants = self.take("UnaryOperator", |mutant| mutant.start == start);
                self.put(self.range(unary.span()), Kind::Sign, mutants);
                visit::visit_expr(self, expression);
            }
            syn::Expr::Match(matched) => {
                // All arms may have a condition now. With 86, `run` learns that the last one was needed.
                let ends = matched.arms.last().map(|arm| (self.range(arm.span()).1, arm.comma.is_some()));
                if let Some((end, comma)) = ends {
                    self.write(
                        (end, end),
                        if comma { " _ => ::std::process::exit(86)," } else { ", _ => ::std::process::exit(86)," },
                    );
                }
                visit::visit_expr(self, expression);
            }
            syn::Expr::Struct(value) => {
                let fields: Vec<_> = value.fields.iter().map(|field| self.range(field.span()).0).collect();
                let mutants = self.take("StructField", |mutant| fields.contains(&mutant.start));
                self.put(self.range(value.span()), Kind::Whole, mutants);
                visit::visit_expr(self, expression);
            }
            syn::Expr::Path(path) => {
                let name = path.path.segments.last().expect("a segment").ident.to_string();
                if self.depth > 0 {
                    self.found.fixed.insert(name);
                } else if let Some(module) = self.switchable.get(&name) {
                    let (start, end) = self.range(path.span());
                    let alone = path.path.segments.len() == 1;
                    let (start, module) = if alone { (start, module.as_str()) } else { (end, "") };
                    let name = if alone { name.as_str() } else { "" };
                    self.write((start, end), format!("{module}{name}__()"));
                }
            }
            syn::Expr::Const(_) => self.constant(|this| visit::visit_expr(this, expression)),
            _ => visit::visit_expr(self, expression),
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let (start, _) = self.range(arm.span());
        let guard = arm.guard.as_ref().map(|(_, guard)| self.range(guard.span()));
        if let Some(guard) = guard {
            let mutants = self.take("MatchArmGuard", |mutant| (mutant.start, mutant.end) == guard);
            // Without a change too: another one may be put in front of it, and then it needs its parentheses.
            self.found.places.push(Place { start: guard.0, end: guard.1, kind: Kind::Guard, mutants });
        }
        let at = guard.map_or_else(|| self.range(arm.pat.span()).1, |(start, _)| start);
        let mutants = self.take("MatchArm", |mutant| mutant.start == start);
        self.put((at, at), Kind::Arm { has_guard: guard.is_some() }, mutants);
        visit::visit_arm(self, arm);
    }

    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        if let syn::Pat::Ident(name) = pattern {
            self.found.fixed.insert(name.ident.to_string());
        }
        self.constant(|this| visit::visit_pat(this, pattern));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.value(&item.ident, &item.ty, &item.expr, item.const_token.span(), item.span());
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(|this| visit::visit_item_static(this, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.value(&item.ident, &item.ty, &item.expr, item.const_token.span(), item.span());
    }

    fn visit_generic_argument(&mut self, argument: &'ast syn::GenericArgument) {
        self.constant(|this| visit::visit_generic_argument(this, argument));
    }

    fn visit_type_array(&mut self, array: &'ast syn::TypeArray) {
        self.constant(|this| visit::visit_type_array(this, array));
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
        self.constant(|this| this.visit_expr(&repeat.len));
    }
}
