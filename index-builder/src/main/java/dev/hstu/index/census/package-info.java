/// Whether every item can be found. [Census] counts the items that no search comes to through an
/// index, and says how to mend it ([CensusReport#unreachable] with
/// [dev.hstu.index.search.RepairedIndex], as builds do by themselves); [OwnVectorProbe] asks for
/// items by their own vectors. Recall over queries stays out: that is what an evaluation measures.
@NullMarked
package dev.hstu.index.census;

import org.jspecify.annotations.NullMarked;
