/// Histories and their time: what a user did ([UserHistory]), the part of it a model keeps
/// ([HistoryWindow]), how far a request time may move before the model notices
/// ([RequestInterval]), many of them side by side without padding ([HistoryBatch]), the interaction
/// log they come from ([InteractionLog], [PreparedData]) and the clocks that stamp them.
///
/// A leaf: values only, no model and no engine.
@NullMarked
package dev.hstu.encoder.sequence;

import org.jspecify.annotations.NullMarked;
