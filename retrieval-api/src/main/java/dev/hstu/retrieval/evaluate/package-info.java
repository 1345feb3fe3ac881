/// How good a model or a generation is, offline: what is to be found ([EvaluationProtocol]), the
/// metrics ([RankingMetrics]), popularity beside them ([PopularityBaseline]), parts of the users
/// ([Slice]), what lists are like ([ListQuality]), and the run that puts them together
/// ([Evaluation]), through exact scores and through the index. Start at [Evaluator]; two models or
/// generations side by side are a [Comparison].
///
/// A target is seen here by the protocol only: histories and popularity never contain it.
@NullMarked
package dev.hstu.retrieval.evaluate;

import org.jspecify.annotations.NullMarked;
