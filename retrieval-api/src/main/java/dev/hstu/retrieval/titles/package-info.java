/// Items by their titles, for people: [dev.hstu.retrieval.titles.TitleSearch] finds the items of
/// the generation that serves, and of what was put since, by the words that are typed. Start there.
///
/// What stays out: the wire (`http`), and finding items by vectors (`retrieve`).
@NullMarked
package dev.hstu.retrieval.titles;

import org.jspecify.annotations.NullMarked;
