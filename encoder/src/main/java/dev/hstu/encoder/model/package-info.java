/// HSTU itself in the paper's terms: shapes ([HstuConfig]), weights ([HstuWeights]), and both with
/// vocabulary and clock as one thing with one fingerprint ([Model]). No arithmetic: that is
/// `compute`.
@NullMarked
package dev.hstu.encoder.model;

import org.jspecify.annotations.NullMarked;
