/// What makes an offline figure too good: [dev.hstu.retrieval.evaluate.leaks.LeakDetector] holds
/// the cases of an evaluation against the data, the model's training and what a service does, and
/// ranks with and without each leak it finds. The cases are the evaluation's own, or a file that
/// another one wrote ([dev.hstu.retrieval.evaluate.leaks.CasesFile]).
@NullMarked
package dev.hstu.retrieval.evaluate.leaks;

import org.jspecify.annotations.NullMarked;
