//! Writes a file with its switches.

use crate::find::{Kind, Mutant, Place};

/// Each change stands between `/*N<*/` and `/*>N*/`, so that what the compiler says of it can be told.
pub(crate) fn switched(text: &str, mutants: &[Mutant], places: &[Place]) -> String {
    Emitter { text, mutants, places }.emit(0, text.len(), 0)
}

struct Emitter<'a> {
    text: &'a str,
    mutants: &'a [Mutant],
    places: &'a [Place],
}

impl Emitter<'_> {
    /// The text from `start` to `end`, with the places from `next` on that lie in it.
    fn emit(&self, start: usize, end: usize, mut next: usize) -> String {
        let (mut out, mut at) = (String::new(), start);
        while let Some(place) = self.places.get(next).filter(|place| place.start < end) {
            if place.start >= at {
                out.push_str(&self.text[at..place.start]);
                out.push_str(&self.place(place, next));
                at = place.end;
            }
            next += 1;
        }
        out.push_str(&self.text[at..end]);
        out
    }

    fn place(&self, place: &Place, number: usize) -> String {
        let mutants = place.mutants.iter().map(|at| &self.mutants[*at]);
        let unswitched = |mutant: &Mutant| format!("!crate::__switched({})", mutant.id);
        let changed = |mutant: &Mutant, (start, end): (usize, usize)| {
            let (id, text) = (mutant.id, self.text);
            let changed = [&text[start..mutant.start], &mutant.replacement, &text[mutant.end..end]].concat();
            format!("if crate::__switched({id}) {{ /*{id}<*/ {changed} /*>{id}*/ }} else ")
        };
        match &place.kind {
            Kind::Put(text) => text.clone(),
            Kind::Constant { name, class, value: (start, end) } => {
                let changes: String = mutants.map(|mutant| changed(mutant, (*start, *end))).collect();
                let value = &self.text[*start..*end];
                format!(" #[allow(non_snake_case)] pub(crate) fn {name}__() -> {class} {{ {changes} {{ {value} }} }}")
            }
            // Either of two types, as often as there are changes.
            Kind::Iterator { optional } => {
                let body = self.emit(place.start, place.end, number + 1);
                mutants.fold(format!("{{ {body} }}"), |rest, Mutant { id, replacement, .. }| {
                    let change = format!("/*{id}<*/ {replacement} /*>{id}*/");
                    match (*optional, replacement.as_str()) {
                        (false, _) => format!("crate::__either(crate::__switched({id}), {rest}, {change})"),
                        (true, "None") => format!("if crate::__switched({id}) {{ {change} }} else {{ {rest} }}"),
                        (true, _) => format!("crate::__either_of(crate::__switched({id}), {{ {rest} }}, {change})"),
                    }
                })
            }
            Kind::Body => mutants
                .map(|Mutant { id, replacement, .. }| {
                    format!(" if crate::__switched({id}) {{ /*{id}<*/ return {replacement}; /*>{id}*/ }}")
                })
                .collect(),
            Kind::Arm { has_guard } => {
                let guards = mutants.map(unswitched).collect::<Vec<_>>().join(" && ");
                if *has_guard { format!("{guards} && ") } else { format!(" if {guards}") }
            }
            Kind::Guard | Kind::Whole | Kind::Sign => {
                let changes: String = mutants.map(|mutant| changed(mutant, (place.start, place.end))).collect();
                format!("({changes}{{ {} }})", self.emit(place.start, place.end, number + 1))
            }
        }
    }
}
