package dev.hstu.retrieval.retrieve;

import dev.hstu.index.catalog.ItemView;
import dev.hstu.index.search.ItemIndex;

/// Items as they are at one moment: index and rows agree and don't change.
///
/// @param live how many items there are
/// @param version grows with every update in them, [LiveSnapshot#version]; 0 where there are none
public record CurrentItems(ItemIndex index, ItemView items, int live, long version) {}
