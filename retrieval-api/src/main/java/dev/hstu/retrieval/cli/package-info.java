/// One class a verb. Each reads its options, calls one room, and prints a table or, with `--json`,
/// one JSON document. [Console] is the only way to the terminal; [UserError] the only way to say
/// that the input is wrong.
@NullMarked
package dev.hstu.retrieval.cli;

import org.jspecify.annotations.NullMarked;
