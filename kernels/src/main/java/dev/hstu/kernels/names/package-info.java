/// What was probably meant by a name that nobody knows ([NearNames]), for messages. What is said
/// about it, and how many are offered, is the matter of whoever writes the message.
@NullMarked
package dev.hstu.kernels.names;

import org.jspecify.annotations.NullMarked;
