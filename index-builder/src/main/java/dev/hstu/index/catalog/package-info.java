/// What is searched, without the search: item vectors and their file ([ItemVectors]), the numbers
/// themselves as a matrix over mapped memory ([VectorMatrix]), and what is known of each item
/// ([Catalog]). Rows are catalogue rows, 0-based, the same in all three. [ItemView] is how to read
/// items where later ones may have followed those of the catalogue.
@NullMarked
package dev.hstu.index.catalog;

import org.jspecify.annotations.NullMarked;
