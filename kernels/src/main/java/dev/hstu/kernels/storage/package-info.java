/// Files that survive a crash: atomic replacement, fsync, one writer per directory, and digests of
/// content. Start at [dev.hstu.kernels.storage.DurableFiles]; formats live elsewhere.
@NullMarked
package dev.hstu.kernels.storage;

import org.jspecify.annotations.NullMarked;
