/// Holds engines equal to the public implementation: [GoldenVerification] runs every engine on the
/// inputs of a golden file and measures how far each of its tensors is from the recorded one. What
/// counts as equal is in [Tolerance]; [Verify] is the same as a program with no command line
/// library.
@NullMarked
package dev.hstu.encoder.verify;

import org.jspecify.annotations.NullMarked;
