/// How alike two names are, for messages that say what was probably meant ([EditDistance]). Which
/// names to offer, and how many, is the matter of whoever writes the message.
@NullMarked
package dev.hstu.kernels.names;

import org.jspecify.annotations.NullMarked;
