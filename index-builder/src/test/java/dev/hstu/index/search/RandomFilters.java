package dev.hstu.index.search;

import java.util.SplittableRandom;
import org.roaringbitmap.RoaringBitmap;

/// Filters of every kind and of all selectivities, seeded.
final class RandomFilters {

  private RandomFilters() {}

  static ItemFilter next(SplittableRandom random, int items) {
    return switch (random.nextInt(6)) {
      case 0 -> ItemFilter.all();
      case 1 -> ItemFilter.excluding(rows(random, items).toArray());
      case 2 -> ItemFilter.only(rows(random, items));
      case 3 -> ItemFilter.excluding(rows(random, items)).and(ItemFilter.only(rows(random, items)));
      case 4 -> everySoMany(1 + random.nextInt(items));
      default -> ItemFilter.excluding(rows(random, items)).and(everySoMany(1 + random.nextInt(20)));
    };
  }

  /// A filter that gives no bound, as attribute rules don't.
  static ItemFilter everySoMany(int step) {
    return row -> row % step == 0;
  }

  private static RoaringBitmap rows(SplittableRandom random, int items) {
    double share = Math.pow(10, -3 * random.nextDouble());
    RoaringBitmap rows = new RoaringBitmap();
    for (int row = 0; row < items; row++) {
      if (random.nextDouble() < share) {
        rows.add(row);
      }
    }
    return rows;
  }
}
