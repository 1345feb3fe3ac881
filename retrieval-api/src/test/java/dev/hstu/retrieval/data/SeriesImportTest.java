package dev.hstu.retrieval.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hstu.encoder.sequence.PreparedData;
import dev.hstu.encoder.sequence.SeriesColumn;
import dev.hstu.encoder.sequence.SeriesEntries;
import dev.hstu.encoder.sequence.SeriesLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A manifest of a main series and slow ones, read into prepared data, by hand.
class SeriesImportTest {

  private static final long ALWAYS = SeriesEntries.ALWAYS;

  @TempDir private Path folder;

  /// Two users and three films.
  private void log() throws IOException {
    write(
        "log.csv",
        "user_id,item_id,timestamp\nann,7,100\nbob,8,110\nann,9,120\nbob,7,130\nann,8,140\n");
  }

  @Test
  void runsOfOneValueAreCompressedToTheirFirstEntryAndEntriesAreSorted() throws IOException {
    log();
    write(
        "languages.csv",
        "uid,language,since\nbob,fr,200\nann,de,50\nann,de,60\nann,it,90\nann,de,80\nann,it,95\n"
            + "eve,de,1\nbob,,300\n");
    write("towns.csv", "uid,town\nbob,Zug\nann,Bern\nann,Bern\n");
    Path manifest =
        write(
            "m.yaml",
            """
            main:
              interactions: log.csv
            series:
              town: {file: towns.csv, user: uid, value: town}
              language: {file: languages.csv, user: uid, value: language, time: since}
            """);
    ImportOutcome.Imported done = imported(manifest);
    SeriesLog series = PreparedData.open(folder.resolve("out")).log().series();
    assertThat(series.columns())
        .containsExactly(
            new SeriesColumn("language", List.of("de", "fr", "it")),
            new SeriesColumn("town", List.of("Bern", "Zug")));
    // Items have the rows 1 to 3, so that languages have 4 to 6 and towns 7 and 8.
    assertThat(series.offsets()).containsExactly(0, 3, 5);
    assertThat(series.rows()).containsExactly(7, 4, 6, 8, 5);
    assertThat(series.series()).containsExactly(1, 0, 0, 1, 0);
    assertThat(series.times()).containsExactly(ALWAYS, 50, 90, ALWAYS, 200);
    assertThat(done.read().series())
        .containsExactly(
            new SeriesSummary("language", 3, 3, 3, 1), new SeriesSummary("town", 2, 2, 1, 0));
    assertThat(done.read().notes()).isEmpty();
  }

  @Test
  void numericalSeriesAreDroppedWithAWord() throws IOException {
    log();
    write("users.dat", "ann::F::25::1.5::00001\nbob::M::30::2::2\n");
    Path manifest =
        write(
            "m.yaml",
            """
            main: {interactions: log.csv}
            series:
              age: {file: users.dat, user: userId, value: age}
              level: {file: users.dat, user: userId, value: occupation}
              zip: {file: users.dat, user: userId, value: zip, kind: numerical}
            """);
    ImportOutcome.Imported done = imported(manifest);
    assertThat(PreparedData.open(folder.resolve("out")).log().series().columns())
        .containsExactly(new SeriesColumn("age", List.of("25", "30")));
    assertThat(done.read().notes())
        .containsExactly(
            "series 'level' is numerical and is dropped, since a model reads categories only; give"
                + " ranges of it a name, or declare kind: categorical",
            "series 'zip' is numerical and is dropped, since a model reads categories only; give"
                + " ranges of it a name, or declare kind: categorical");
  }

  @Test
  void aDeclaredCategoryIsKeptWhateverItsValuesLookLike() throws IOException {
    log();
    write("versions.csv", "1.5,ann\n2,bob\n");
    Path manifest =
        write(
            "m.yaml",
            """
            main: {interactions: log.csv}
            series:
              version: {file: versions.csv, user: "#2", value: "#1", kind: categorical}
            """);
    imported(manifest);
    assertThat(PreparedData.open(folder.resolve("out")).log().series().rows())
        .containsExactly(4, 5);
  }

  @Test
  void timesAreRefusedWhereTheEventsHaveOrderOnly() throws IOException {
    write("log.csv", "user_id,item_id,seq\nann,7,1\nann,8,2\n");
    write("languages.csv", "uid,language,since\nann,de,50\n");
    Path manifest =
        write(
            "m.yaml",
            """
            main: {interactions: log.csv}
            series:
              language: {file: languages.csv, user: uid, value: language, time: since}
            """);
    assertThatThrownBy(() -> imported(manifest))
        .isInstanceOf(UnusableInputException.class)
        .hasMessage(
            "series 'language' has times and the events have order only, so the two can't be"
                + " merged; leave its time out");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void rowsThatCannotBeReadCountAndStopTheImport() throws IOException {
    log();
    write("towns.csv", "uid,town\nbob,Zug,1\nann,Bern\n");
    Path manifest =
        write(
            "m.yaml",
            """
            main: {interactions: log.csv}
            series:
              town: {file: towns.csv, user: uid, value: town}
            """);
    assertThat(InteractionImport.run(request(manifest), Imports.SILENT))
        .isInstanceOfSatisfying(
            ImportOutcome.TooManyBadRows.class,
            stopped -> {
              assertThat(stopped.what()).isEqualTo(ImportOutcome.SERIES);
              assertThat(stopped.read().rows(stopped.what()).bad()).isEqualTo(1);
            });
  }

  @Test
  void unknownAndMissingKeysAreNamed() throws IOException {
    assertRefused("series:\n  town: {file: t.csv, user: uid}\n", "has no series.town.value");
    assertRefused("series:\n  town: {fiel: t.csv}\n", "'series.town.fiel'");
    assertRefused("main: {interaction: x}\n", "did you mean main.interactions?");
    assertRefused(
        "series:\n  town: {file: t.csv, user: a, value: b, kind: text}\n",
        "series.town.kind=text must be categorical or numerical");
    assertThatThrownBy(() -> ImportManifest.read(folder.resolve("none.yaml")))
        .hasMessageContaining("does not exist");
  }

  private void assertRefused(String text, String reason) throws IOException {
    Path manifest = write("bad.yaml", text);
    assertThatThrownBy(() -> ImportManifest.read(manifest))
        .isInstanceOf(UnusableInputException.class)
        .hasMessageContaining(reason);
  }

  private ImportOutcome.Imported imported(Path manifest) throws IOException {
    return (ImportOutcome.Imported) InteractionImport.run(request(manifest), Imports.SILENT);
  }

  private ImportRequest request(Path manifest) {
    ImportManifest declared = ImportManifest.read(manifest);
    assertThat(declared.interactions()).isEqualTo(folder.resolve("log.csv"));
    return ImportRequest.of(folder.resolve("log.csv"), null, folder.resolve("out"))
        .withSeries(declared.series());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }
}
