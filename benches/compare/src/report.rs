//! What was measured, as Markdown.

use std::fs;

use crate::candidates::Kind;
use crate::figures::{Figures, NO_SIZE, Row};
use crate::goals::{Bound, GOALS};

/// `idle_kib` is the memory of a process of this program that opens nothing.
pub(crate) fn print(figures: &Figures, sizes: &[u64], idle_kib: u64) {
    let idle = number(idle_kib as f64 / 1024.0);
    println!(
        "{}\nThe peak memory of a process of this program that opens no store is {idle} MiB.\n",
        machine()
    );
    print_goals(figures);
    for &size in sizes {
        println!("\n### N = {}\n", grouped(size));
        println!("| | {} |", Kind::ALL.map(Kind::name).join(" | "));
        println!("|---|{}", "---:|".repeat(Kind::ALL.len()));
        figures.rows(size).for_each(print_row);
    }
    println!("\n### Seal and key derivation\n");
    println!("| | strongroom | the other | ratio |\n|---|---:|---:|---:|");
    for row in figures.rows(NO_SIZE) {
        if let [(_, own), (name, other)] = row.values[..] {
            let (own_text, other_text) = (number(own), number(other));
            println!(
                "| {} | {own_text} | {other_text} ({name}) | {:.2} |",
                row.workload.title(),
                own / other
            );
        }
    }
}

fn print_goals(figures: &Figures) {
    println!("| goal | measured | must | | aim | |\n|---|---:|---:|---|---:|---|");
    for goal in &GOALS {
        let measured = goal.measured(figures);
        let verdict = |bound: Bound| match measured.and_then(|measured| bound.is_met(measured)) {
            Some(_) if goal.is_the_machines(figures, bound) => "the machine decides",
            Some(true) => "met",
            Some(false) => "**not met**",
            None => "",
        };
        let measured = measured.map_or("not measured".to_owned(), number);
        let (must, aim) = (bound(goal.must), bound(goal.aim));
        let (must_met, aim_met) = (verdict(goal.must), verdict(goal.aim));
        println!("| {} | {measured} | {must} | {must_met} | {aim} | {aim_met} |", goal.title);
    }
}

/// Every number with its ratio to redb's.
fn print_row(row: &Row) {
    let base = row.values.iter().find(|(name, _)| *name == Kind::Redb.name()).map_or(0.0, |(_, base)| *base);
    let cells: Vec<String> = row
        .values
        .iter()
        .map(|&(_, value)| match base > 0.0 {
            true => format!("{} ({:.2})", number(value), value / base),
            false => number(value),
        })
        .collect();
    println!("| {} | {} |", row.workload.title(), cells.join(" | "));
}

fn bound(bound: Bound) -> String {
    match bound {
        Bound::AtMost(most) if most >= 1_000.0 => format!("≤ {}", number(most)),
        Bound::AtMost(most) => format!("≤ {most}"),
        Bound::AtLeast(least) => format!("≥ {least}"),
        Bound::Exactly(count) => number(count),
        Bound::None => String::new(),
    }
}

fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 => grouped(value.round() as u64),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    }
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

fn machine() -> String {
    let read = |file| fs::read_to_string(file).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("unknown processor");
    let features = cpu.lines().find(|line| line.starts_with("flags")).unwrap_or_default();
    let widest = ["avx512f", "avx2"].into_iter().find(|name| features.split(' ').any(|own| own == *name));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let kernel: String = kernel.trim().chars().take_while(|c| !c.is_ascii_alphabetic()).collect();
    format!(
        "Machine: {cores} cores, {}{}, Linux {}.",
        model.trim_start_matches(['\t', ' ', ':']),
        widest.map(|name| format!(" with {name}")).unwrap_or_default(),
        kernel.trim_end_matches('-'),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        assert_eq!([0.0, 1.0, 1.234, 12.34, 123.4].map(number), ["0", "1", "1.23", "12.3", "123"]);
        assert_eq!([1_234.5, 50_000.0, 1_000_000.0].map(number), ["1,235", "50,000", "1,000,000"]);
    }
}
