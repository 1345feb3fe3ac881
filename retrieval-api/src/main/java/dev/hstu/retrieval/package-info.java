/// The service ([Application]) and the command line ([Cli]); the rooms below hold one concern each.
@NullMarked
package dev.hstu.retrieval;

import org.jspecify.annotations.NullMarked;
