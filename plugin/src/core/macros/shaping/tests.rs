//! What a value does between two updates.

use proptest::prelude::*;

use super::*;

const PLAIN: Shaping = Shaping {
    input: [0.0, 1.0],
    gate: None,
    attack: 0.0,
    hold: 0.0,
    release: 0.0,
    exponent: 1.0,
    invert: false,
    output: [0.0, 1.0],
};

const GATE: Shaping = Shaping {
    gate: Some(Threshold {
        opens: 0.5,
        closes: 0.4,
    }),
    ..PLAIN
};

/// Values at these positions, of a source that takes `changes` (position, value, glide).
fn values(
    shaping: &Shaping,
    changes: &[(u64, f64, u64)],
    positions: impl Iterator<Item = u64>,
) -> Vec<f64> {
    let mut envelope = Envelope::default();
    let mut changes = changes.iter().peekable();
    let go_to = |envelope: &mut Envelope, position: u64| {
        while let Some(at) = envelope.closes_at().filter(|&at| at <= position) {
            envelope.advance(shaping, at);
        }
        envelope.advance(shaping, position);
    };
    let mut values = Vec::new();
    for position in positions {
        while let Some(&&(at, source, glide)) = changes.peek().filter(|(at, ..)| *at <= position) {
            go_to(&mut envelope, at);
            envelope.take(shaping, source, glide);
            changes.next();
        }
        go_to(&mut envelope, position);
        values.push(envelope.value(shaping));
    }
    values
}

fn close(found: f64, expected: f64, at: u64) {
    assert!(
        (found - expected).abs() < 1e-9,
        "{found}, not {expected} at {at}"
    );
}

#[test]
fn a_slow_tag_gives_a_straight_line_from_update_to_update() {
    let changes = [(0, 0.0, 0), (100, 1.0, 200), (400, 0.5, 100)];
    let found = values(&PLAIN, &changes, 0..600);
    for (at, found) in (0..600).zip(found) {
        let expected = match at {
            0..100 => 0.0,
            100..300 => (at - 100) as f64 / 200.0,
            300..400 => 1.0,
            400..500 => 1.0 - 0.5 * (at - 400) as f64 / 100.0,
            _ => 0.5,
        };
        close(found, expected, at);
    }
}

#[test]
fn attack_and_release_are_the_times_from_0_to_1_and_back() {
    let shaping = Shaping {
        attack: 100.0,
        release: 400.0,
        ..PLAIN
    };
    let changes = [(50, 1.0, 0), (300, 0.25, 0)];
    for (at, found) in (0..800).zip(values(&shaping, &changes, 0..800)) {
        let expected = match at {
            0..50 => 0.0,
            50..300 => ((at - 50) as f64 / 100.0).min(1.0),
            _ => (1.0 - (at - 300) as f64 / 400.0).max(0.25),
        };
        close(found, expected, at);
    }
}

#[test]
fn a_held_peak_falls_after_its_hold_and_not_before() {
    let shaping = Shaping {
        hold: 200.0,
        release: 100.0,
        ..PLAIN
    };
    let changes = [(0, 0.8, 0), (100, 0.2, 0)];
    for (at, found) in (0..600).zip(values(&shaping, &changes, 0..600)) {
        let expected = match at {
            0..300 => 0.8,
            _ => (0.8 - (at - 300) as f64 / 100.0).max(0.2),
        };
        close(found, expected, at);
    }
}

#[test]
fn a_gate_opens_at_its_threshold_and_closes_below_its_hysteresis_after_its_hold() {
    let shaping = Shaping {
        hold: 30.0,
        attack: 10.0,
        release: 20.0,
        ..GATE
    };
    let changes = [
        (10, 0.49, 50),
        (100, 0.5, 50),
        (200, 0.41, 50),
        (300, 0.39, 50),
        (400, 0.45, 50),
        (500, 0.5, 0),
        (510, 0.1, 0),
        (520, 0.9, 0),
    ];
    for (at, found) in (0..700).zip(values(&shaping, &changes, 0..700)) {
        let expected = match at {
            0..100 => 0.0,
            100..110 => (at - 100) as f64 / 10.0,
            // Closed at 330; 0.45 does not open it again.
            110..330 => 1.0,
            330..350 => 1.0 - (at - 330) as f64 / 20.0,
            350..500 => 0.0,
            500..510 => (at - 500) as f64 / 10.0,
            // A fall shorter than the hold is not heard.
            _ => 1.0,
        };
        close(found, expected, at);
    }
}

#[test]
fn curve_inversion_and_ranges_act_in_this_order() {
    let shaping = Shaping {
        input: [0.2, 0.6],
        exponent: 2.0,
        invert: true,
        output: [0.1, 0.9],
        ..PLAIN
    };
    for source in [0.0, 0.2, 0.3, 0.5, 0.6, 1.0] {
        let share = ((source - 0.2) / 0.4_f64).clamp(0.0, 1.0);
        let expected = 0.1 + 0.8 * (1.0 - share.powi(2));
        let found = values(&shaping, &[(0, source, 0)], 0..1)[0];
        assert!(
            (found - expected).abs() < 1e-9,
            "{source}: {found}, not {expected}"
        );
    }
    let step = Shaping {
        input: [0.5, 0.5],
        ..PLAIN
    };
    assert_eq!(values(&step, &[(0, 0.49, 0)], 0..1), [0.0]);
    assert_eq!(values(&step, &[(0, 0.5, 0)], 0..1), [1.0]);
}

#[test]
fn an_envelope_at_rest_does_not_move() {
    let shaping = Shaping {
        attack: 100.0,
        ..PLAIN
    };
    let mut envelope = Envelope::default();
    assert!(!envelope.is_moving(&shaping));
    envelope.take(&shaping, 0.5, 10);
    assert!(envelope.is_moving(&shaping));
    envelope.advance(&shaping, 49);
    assert!(envelope.is_moving(&shaping));
    envelope.advance(&shaping, 50);
    assert!(!envelope.is_moving(&shaping));
}

proptest! {
    #[test]
    fn values_stay_in_the_output_range_and_move_no_faster_than_attack_and_release(
        sources in proptest::collection::vec((1u64..300, 0.0..=1.0f64, 0u64..300), 1..20),
        attack in 1.0..500.0f64,
        release in 1.0..500.0f64,
        hold in 0.0..200.0f64,
        is_gate in any::<bool>(),
        output in prop::array::uniform2(0.0..=1.0f64),
    ) {
        let base = if is_gate { GATE } else { PLAIN };
        let shaping = Shaping { attack, release, hold, output, ..base };
        let mut at = 0;
        let changes: Vec<_> = sources
            .into_iter()
            .map(|(wait, source, glide)| {
                at += wait;
                (at, source, glide)
            })
            .collect();
        let found = values(&shaping, &changes, 0..at + 300);
        let (low, high) = (output[0].min(output[1]), output[0].max(output[1]));
        let span = high - low;
        for pair in found.windows(2) {
            prop_assert!((low - 1e-9..=high + 1e-9).contains(&pair[0]));
            let moved = (pair[1] - pair[0]).abs();
            prop_assert!(moved <= span / attack.min(release) + 1e-9, "{pair:?}");
        }
    }

    #[test]
    fn a_gates_curve_does_not_depend_on_how_often_it_is_looked_at(
        sources in proptest::collection::vec((1u64..300, 0.0..=1.0f64), 1..20),
        attack in 0.0..500.0f64,
        release in 0.0..500.0f64,
        hold in 0.0..200.0f64,
        every in 2usize..90,
    ) {
        let shaping = Shaping { attack, release, hold, ..GATE };
        let mut at = 0;
        let changes: Vec<_> = sources
            .into_iter()
            .map(|(wait, source)| {
                at += wait;
                (at, source, 0)
            })
            .collect();
        let all = values(&shaping, &changes, 0..at + 300);
        let some = values(&shaping, &changes, (0..at + 300).step_by(every));
        for (one, other) in all.iter().step_by(every).zip(&some) {
            prop_assert!((one - other).abs() < 1e-9);
        }
    }
}
