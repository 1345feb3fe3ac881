package dev.hstu.retrieval.data;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/// Titles, genres and years of simulated items. Items of one topic share the noun of their title,
/// so that a person sees at a glance whether a list of candidates hangs together.
final class ItemTitles {

  private static final List<String> ADJECTIVES =
      List.of(
          "Silent",
          "Golden",
          "Last",
          "Hidden",
          "Broken",
          "Distant",
          "Burning",
          "Paper",
          "Crimson",
          "Frozen",
          "Hollow",
          "Velvet",
          "Secret",
          "Endless",
          "Wild",
          "Iron",
          "Lonely",
          "Electric",
          "Second",
          "Pale",
          "Stolen",
          "Quiet",
          "Bitter",
          "Northern",
          "Glass",
          "Forgotten",
          "Lucky",
          "Crooked",
          "Midnight",
          "Gentle",
          "Salted",
          "Borrowed",
          "Hungry",
          "Perfect",
          "Sunken",
          "Little",
          "Marble",
          "Restless",
          "Painted",
          "Sleeping",
          "Blue",
          "Rusty",
          "Ordinary",
          "Savage",
          "Tender",
          "Invisible",
          "Ancient",
          "Wooden",
          "Faithful",
          "Reluctant");

  private static final List<String> THEMES =
      List.of(
          "Harbour",
          "Orchard",
          "Heist",
          "Galaxy",
          "Detective",
          "Wedding",
          "Expedition",
          "Circus",
          "Robot",
          "Violin",
          "Kitchen",
          "Frontier",
          "Dynasty",
          "Submarine",
          "Witch",
          "Marathon",
          "Library",
          "Volcano",
          "Spy",
          "Lighthouse",
          "Jungle",
          "Courtroom",
          "Ghost",
          "Railway",
          "Island",
          "Painter",
          "Dragon",
          "Hospital",
          "Gambler",
          "Desert",
          "Ballet",
          "Pirate",
          "Glacier",
          "Newsroom",
          "Alchemist",
          "Stadium",
          "Vineyard",
          "Prophet",
          "Carnival",
          "Observatory");

  private static final List<String> GENRES =
      List.of(
          "Action",
          "Adventure",
          "Animation",
          "Comedy",
          "Crime",
          "Documentary",
          "Drama",
          "Family",
          "Fantasy",
          "Horror",
          "Musical",
          "Mystery",
          "Romance",
          "Science Fiction",
          "Thriller",
          "War");

  private ItemTitles() {}

  /// A title in library order, such as `Silent Harbour, The (2004)`.
  ///
  /// @param ordinal number of the item inside its topic, from 0
  static String title(int topic, int ordinal, int year) {
    int edition = ordinal / ADJECTIVES.size() + 1;
    return "%s %s%s, The (%d)"
        .formatted(
            ADJECTIVES.get(ordinal % ADJECTIVES.size()),
            theme(topic),
            edition == 1 ? "" : " " + edition,
            year);
  }

  /// The topic's genre and theme, separated by `|`.
  static String labels(int topic) {
    return GENRES.get(topic % GENRES.size()) + "|" + theme(topic);
  }

  static int year(long birthSeconds) {
    return Instant.ofEpochSecond(birthSeconds).atZone(ZoneOffset.UTC).getYear();
  }

  private static String theme(int topic) {
    int series = topic / THEMES.size() + 1;
    return THEMES.get(topic % THEMES.size()) + (series == 1 ? "" : " " + series);
  }
}
