package dev.hstu.retrieval.titles;

import dev.hstu.index.catalog.Catalog;
import dev.hstu.index.catalog.ItemView;
import dev.hstu.kernels.tables.AttributeColumn;
import dev.hstu.kernels.tables.AttributeKind;
import dev.hstu.kernels.tables.IdTable;
import dev.hstu.retrieval.config.GenerationSettings;
import jakarta.inject.Singleton;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds items by id and by title: every word that is typed begins a word of the title, the most
/// popular items come first. The index of a generation is made by the first search in it (a second
/// for a million titles) and takes the place of the one before; `generations.title-index-memory`
/// bounds it. Items put since are looked at one by one. For any number of threads, which wait for
/// an index that is being made.
@Singleton
public final class TitleSearch {

  /// Rows put since the generation was built that one search looks at, the newest first: some ten
  /// milliseconds.
  static final int MAX_LATER_ROWS = 10_000;

  private static final List<String> USUAL_NAMES = List.of("title", "name");

  private final long maxBytes;
  private @Nullable Made made;

  public TitleSearch(GenerationSettings settings) {
    this.maxBytes = settings.titleIndexBytes();
  }

  /// @param catalog that it was made of, which it doesn't keep in memory
  private record Made(WeakReference<Catalog> catalog, TitleIndex index) {}

  /// What was found.
  ///
  /// @param rows of the items, live, at most as many as asked for
  /// @param titled how many items of the generation can be found by their titles
  public record Found(List<Integer> rows, int titled) {}

  /// The column that holds the titles: the TEXT column named so, or the first one; empty where the
  /// items have none.
  public static Optional<String> titleColumn(List<AttributeColumn> columns) {
    List<String> texts =
        columns.stream()
            .filter(column -> column.kind() == AttributeKind.TEXT)
            .map(AttributeColumn::name)
            .toList();
    return USUAL_NAMES.stream()
        .flatMap(usual -> texts.stream().filter(usual::equalsIgnoreCase))
        .findFirst()
        .or(() -> texts.stream().findFirst());
  }

  /// Searches items as they are at one moment.
  ///
  /// @param query words, or an id, whose item then comes first; without a word the most popular
  ///     items
  /// @param limit at least 1
  public Found search(ItemView items, String query, int limit) {
    @Nullable String column = titleColumn(items.base().attributes().columns()).orElse(null);
    TitleIndex index = index(items.base(), column);
    List<String> words = TitleWords.of(query);
    List<Integer> rows = new ArrayList<>();
    if (!words.isEmpty() || query.isBlank()) {
      index.search(words, limit, items::isLive, rows::add);
      addLater(rows, items, column, words);
      rows.sort(Comparator.comparingLong((Integer row) -> popularity(items, row)).reversed());
    }
    int named = items.rowOf(query.strip());
    if (named != IdTable.NOT_FOUND) {
      rows.remove(Integer.valueOf(named));
      rows.addFirst(named);
    }
    return new Found(List.copyOf(rows.subList(0, Math.min(limit, rows.size()))), index.titled());
  }

  /// Interactions of a row's item when the generation was built; 0 for one that came later.
  public static long popularity(ItemView items, int row) {
    Catalog base = items.base();
    int baseRow = row < base.size() ? row : base.ids().rowOf(items.idAt(row));
    return baseRow == IdTable.NOT_FOUND ? 0 : base.popularity()[baseRow];
  }

  private static void addLater(
      List<Integer> rows, ItemView items, @Nullable String column, List<String> words) {
    int first = Math.max(items.base().size(), items.rows() - MAX_LATER_ROWS);
    for (int row = items.rows() - 1; row >= first; row--) {
      if (items.isLive(row) && matches(items, row, column, words)) {
        rows.add(row);
      }
    }
  }

  private static boolean matches(
      ItemView items, int row, @Nullable String column, List<String> words) {
    @Nullable String title = column == null ? null : items.text(column, row);
    return words.isEmpty() || (title != null && TitleWords.match(words, title));
  }

  private synchronized TitleIndex index(Catalog catalog, @Nullable String column) {
    if (made == null || !made.catalog().refersTo(catalog)) {
      made = null; // so that there are never two
      made = new Made(new WeakReference<>(catalog), TitleIndex.of(catalog, column, maxBytes));
    }
    return made.index();
  }
}
