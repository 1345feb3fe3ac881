/// Recall on live queries. [RecallReceipts] puts a share of the answers aside and answers them
/// again exactly, in idle time and within a budget of the processors ([CpuBudget]), against the
/// very items and user embedding of the answer; [RecallLedger] keeps what that gives, by
/// generation and selectivity, with intervals ([MeanEstimate]) and an alarm for decay
/// ([DecayMonitor]).
///
/// What stays out: the wire (`http`). Requests of the very bytes of an earlier one, answered
/// without being read, answers of a cheaper step and lines of a batch are not sampled.
@NullMarked
package dev.hstu.retrieval.receipts;

import org.jspecify.annotations.NullMarked;
