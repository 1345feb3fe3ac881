/// How good a model or a generation is, offline: leave-one-out over the whole catalogue
/// ([LeaveOneOut]), the metrics ([RankingMetrics]), popularity beside them ([PopularityBaseline]),
/// and the run that puts them together ([Evaluation]), through exact scores and through the index.
///
/// A target is seen here by the protocol only: histories and popularity never contain it.
@NullMarked
package dev.hstu.retrieval.evaluate;

import org.jspecify.annotations.NullMarked;
