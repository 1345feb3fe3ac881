/// Histories to user embeddings. [Encoder] opens a model folder on an engine and gives a
/// [UserEncoder]; training, the model's files and the engines live in the rooms below.
@NullMarked
package dev.hstu.encoder;

import org.jspecify.annotations.NullMarked;
