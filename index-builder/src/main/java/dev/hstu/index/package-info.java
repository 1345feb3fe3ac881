/// Item vectors to generations, and search in them. [IndexBuilder] turns a model folder, an
/// item-vector file and a catalogue into a generation; it knows no users and no encoder.
@NullMarked
package dev.hstu.index;

import org.jspecify.annotations.NullMarked;
