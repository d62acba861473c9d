//! Where the changes of a file are in its syntax.

use proc_macro2::{LineColumn, Span};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::BTreeSet;
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
    genre: String,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// In front of a match arm's guard or of its arrow.
    Arm {
        has_guard: bool,
    },
    Guard,
    /// As a whole, because precedence may change with an operator.
    Operators,
    /// `!x` or `-x`.
    Sign,
    /// At the start of a function's body.
    Body,
}

/// What is to be switched there: the changes by their place in the list of the file.
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    pub(crate) mutants: Vec<usize>,
}

/// The places in order, the outer ones first, and the numbers of the changes that have none.
pub(crate) fn places(lines: &Lines<'_>, mutants: &[Mutant]) -> (Vec<Place>, Vec<usize>) {
    let file = syn::parse_file(lines.text).expect("Rust");
    let mut finder = Finder { lines, mutants, places: vec![], constants: 0, found: BTreeSet::new() };
    finder.visit_file(&file);
    let left = (0..mutants.len()).filter(|at| !finder.found.contains(at)).map(|at| mutants[at].id).collect();
    let mut places = finder.places;
    places.sort_by_key(|place| (place.start, place.kind > Kind::Guard, Reverse(place.end), place.kind));
    (places, left)
}

struct Finder<'a> {
    lines: &'a Lines<'a>,
    mutants: &'a [Mutant],
    places: Vec<Place>,
    /// How deep in constants, where nothing can be switched at run time.
    constants: usize,
    found: BTreeSet<usize>,
}

impl Finder<'_> {
    fn range(&self, span: Span) -> (usize, usize) {
        let offset = |at: LineColumn| self.lines.offset(at.line, at.column);
        (offset(span.start()), offset(span.end()))
    }

    fn take(&mut self, genre: &str, fits: impl Fn(&Mutant) -> bool) -> Vec<usize> {
        let of_place = |at: &usize| self.mutants[*at].genre == genre && fits(&self.mutants[*at]);
        let taken: Vec<_> = (0..self.mutants.len()).filter(|_| self.constants == 0).filter(of_place).collect();
        self.found.extend(&taken);
        taken
    }

    fn put(&mut self, (start, end): (usize, usize), kind: Kind, mutants: Vec<usize>) {
        if !mutants.is_empty() {
            self.places.push(Place { start, end, kind, mutants });
        }
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

    fn function(&mut self, constness: Option<&syn::Token![const]>, block: &syn::Block, walk: impl FnOnce(&mut Self)) {
        self.constants += usize::from(constness.is_some());
        if let Some(first) = block.stmts.first() {
            let ((open, _), (start, _)) = (self.range(block.span()), self.range(first.span()));
            let mutants = self.take("FnValue", |mutant| mutant.start > open && mutant.start <= start);
            self.put((open + 1, open + 1), Kind::Body, mutants);
        }
        walk(self);
        self.constants -= usize::from(constness.is_some());
    }

    fn constant(&mut self, walk: impl FnOnce(&mut Self)) {
        self.constants += 1;
        walk(self);
        self.constants -= 1;
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        match expression {
            syn::Expr::Binary(binary) => {
                let mut mutants = vec![];
                self.operators(binary, &mut mutants);
                self.put(self.range(binary.span()), Kind::Operators, mutants);
                self.operands(expression);
            }
            syn::Expr::Unary(unary) => {
                let (start, _) = self.range(unary.op.span());
                let mutants = self.take("UnaryOperator", |mutant| mutant.start == start);
                self.put(self.range(unary.span()), Kind::Sign, mutants);
                visit::visit_expr(self, expression);
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
            self.places.push(Place { start: guard.0, end: guard.1, kind: Kind::Guard, mutants });
        }
        let at = guard.map_or_else(|| self.range(arm.pat.span()).1, |(start, _)| start);
        let mutants = self.take("MatchArm", |mutant| mutant.start == start);
        self.put((at, at), Kind::Arm { has_guard: guard.is_some() }, mutants);
        visit::visit_arm(self, arm);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(item.sig.constness.as_ref(), &item.block, |this| visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(item.sig.constness.as_ref(), &item.block, |this| visit::visit_impl_item_fn(this, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        match &item.default {
            Some(block) => self.function(None, block, |this| visit::visit_trait_item_fn(this, item)),
            None => visit::visit_trait_item_fn(self, item),
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(|this| visit::visit_item_const(this, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(|this| visit::visit_item_static(this, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(|this| visit::visit_impl_item_const(this, item));
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
