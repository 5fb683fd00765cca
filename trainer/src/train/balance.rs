//! Which clips an epoch sees, and how often, if rare tags must be seen more often.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// As many clip numbers as there are clips, in order. Clips with rare tags come several times, and
/// some with only common tags do not come at all.
///
/// A clip counts as its rarest tag does, and a tag as one over the root of how often it is there, as
/// Mahajan et al. ("Exploring the limits of weakly supervised pretraining", 2018) resample; the
/// draws are systematic, so that a clip is seen as often as it counts, rounded up or down.
pub(crate) fn balanced<'a>(
    labels: impl Fn(usize) -> &'a [f32],
    clips: usize,
    random: &mut ChaCha8Rng,
) -> Vec<usize> {
    let known = |clip| {
        labels(clip)
            .iter()
            .map(|label| if label.is_nan() { 0.0 } else { *label })
    };
    let mut counts = vec![0.0_f64; if clips > 0 { labels(0).len() } else { 0 }];
    for clip in 0..clips {
        for (count, label) in counts.iter_mut().zip(known(clip)) {
            *count += f64::from(label);
        }
    }
    let least = 1.0 / (clips.max(1) as f64).sqrt();
    let weight = |clip| {
        let tags = known(clip).zip(&counts);
        let rarities = tags.map(|(label, count)| f64::from(label) / count.max(1.0).sqrt());
        rarities.fold(least, f64::max)
    };
    let weights: Vec<f64> = (0..clips).map(weight).collect();
    let step = weights.iter().sum::<f64>() / clips.max(1) as f64;
    let mut next = random.random_range(0.0..1.0) * step;
    let (mut passed, mut order) = (0.0, Vec::with_capacity(clips));
    for (clip, weight) in weights.iter().enumerate() {
        passed += weight;
        while next < passed && order.len() < clips {
            order.push(clip);
            next += step;
        }
    }
    // Rounding can put the last draw just beyond the end.
    while order.len() < clips {
        order.push(clips - 1);
    }
    order
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_rare_tag_is_seen_more_often_and_an_unknown_one_counts_nothing() {
        let labels: Vec<[f32; 3]> = (0..1000)
            .map(|clip| match clip {
                0..10 => [0.0, 1.0, f32::NAN],
                _ => [1.0, 0.0, f32::NAN],
            })
            .collect();
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let order = balanced(|clip| &labels[clip], 1000, &mut random);
        assert_eq!(order.len(), 1000);
        let rare = order.iter().filter(|clip| **clip < 10).count();
        // 10 / √10 against 990 / √990: a twelfth instead of a hundredth.
        assert!((85..=97).contains(&rare), "{rare}");
        let once = order.iter().filter(|clip| **clip == 700).count();
        assert!(once <= 1);
    }

    #[test]
    fn without_any_label_every_clip_is_seen_once() {
        let labels = [[f32::NAN, 0.0]; 50];
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let order = balanced(|clip| &labels[clip], 50, &mut random);
        assert!(order.into_iter().eq(0..50));
    }
}
