package dev.hstu.retrieval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hstu.kernels.storage.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A page as a browser shows it, without a network: opened in Chromium in light and in dark, in a
/// large window and in a small one. A copy of it ends in a script that measures what is drawn.
public final class PageInChromium {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private static final int PATIENCE_SECONDS = 120;

  /// Least contrast of text (WCAG 2.2, 1.4.3).
  private static final double LEAST_CONTRAST = 4.5;

  private static final String BEGIN = "<pre id=\"measured\">";

  /// Boxes a pixel too large are rounding.
  private static final String SCRIPT =
      """
      <script>
      const box = e => e.getBoundingClientRect();
      const within = (a, b) => a.left > b.left - 1 && a.right < b.right + 1 && a.top > b.top - 1 && a.bottom < b.bottom + 1;
      const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
          && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
      const channels = c => c.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255);
      const light = c => channels(c).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
          .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
      const contrast = (a, b) => (Math.max(light(a), light(b)) + .05) / (Math.min(light(a), light(b)) + .05);
      const paper = getComputedStyle(document.body).backgroundColor;
      const charts = [...document.querySelectorAll('svg')];
      const texts = chart => [...chart.querySelectorAll('text')];
      const measured = {
        overflow: document.documentElement.scrollWidth - innerWidth,
        dark: light(paper) < .5,
        fetched: performance.getEntriesByType('resource').map(r => r.name),
        tables: [...document.querySelectorAll('table')].map(t => t.querySelectorAll('td').length),
        charts: charts.map(c => c.querySelectorAll('circle, rect title').length),
        outside: charts.flatMap(c => [...c.querySelectorAll('text, rect, circle, polyline')]
            .filter(e => !within(box(e), box(c))).map(e => e.outerHTML)),
        overlapping: charts.flatMap(c => texts(c).flatMap((a, i) => texts(c).slice(i + 1)
            .filter(b => meet(box(a), box(b))).map(b => a.textContent + ' / ' + b.textContent))),
        faint: [...document.querySelectorAll('h1, p, dt, dd, th, td, svg text')]
            .filter(e => contrast(getComputedStyle(e)[e.closest('svg') ? 'fill' : 'color'], paper) < %s)
            .map(e => e.textContent)
      };
      const said = document.createElement('pre');
      said.id = 'measured';
      said.textContent = JSON.stringify(measured).replaceAll('<', ' ').replaceAll('>', ' ').replaceAll('&', '+');
      document.body.append(said);
      </script>
      """
          .formatted(LEAST_CONTRAST);

  private PageInChromium() {}

  /// Opens a page and holds what it shows against what every page is to be: nothing said on the
  /// console, nothing fetched, nothing cut off or over something else, readable in light and dark.
  ///
  /// @param charts drawn on it, each with at least one mark
  /// @param tables at least, each with at least one cell
  public static void requireGood(String html, int charts, int tables)
      throws IOException, InterruptedException {
    Path chromium = requireChromium();
    Path folder = Files.createTempDirectory("page");
    try {
      for (boolean dark : new boolean[] {false, true}) {
        JsonNode shown = open(chromium, folder, html, dark);
        assertThat(shown.path("dark").asBoolean()).isEqualTo(dark);
        assertThat(shown.path("overflow").asInt()).as("wider than the window").isNotPositive();
        assertThat(shown.path("fetched")).as("from elsewhere").isEmpty();
        assertThat(shown.path("charts")).hasSize(charts).allMatch(marks -> marks.asInt() > 0);
        assertThat(shown.path("tables"))
            .hasSizeGreaterThanOrEqualTo(tables)
            .allMatch(cells -> cells.asInt() > 0);
        assertThat(shown.path("outside")).as("cut off").isEmpty();
        assertThat(shown.path("overlapping")).as("over each other").isEmpty();
        assertThat(shown.path("faint")).as("hard to read").isEmpty();
      }
    } finally {
      DurableFiles.deleteRecursively(folder);
    }
  }

  private static JsonNode open(Path chromium, Path folder, String html, boolean dark)
      throws IOException, InterruptedException {
    Path page = folder.resolve("page.html");
    Files.writeString(page, html.replace("</body>", SCRIPT + "</body>"));
    Path dom = folder.resolve("dom.html");
    Path log = folder.resolve("log");
    // The profile is the test's own; an address that anything asks for leads nowhere.
    Process process =
        new ProcessBuilder(
                chromium.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--user-data-dir=" + folder.resolve("profile"),
                "--window-size=" + (dark ? "1000,1600" : "500,900"),
                "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--enable-logging=stderr",
                "--dump-dom",
                page.toUri().toString())
            .redirectOutput(dom.toFile())
            .redirectError(log.toFile())
            .start();
    assertThat(BrowserProcess.awaitEnd(process, PATIENCE_SECONDS, () -> {}))
        .as("Chromium ended")
        .isTrue();
    assertThat(Files.readAllLines(log)).noneMatch(line -> line.contains("CONSOLE"));
    String drawn = Files.readString(dom);
    int begin = drawn.lastIndexOf(BEGIN) + BEGIN.length();
    assertThat(begin).as("measured: %s", drawn).isGreaterThanOrEqualTo(BEGIN.length());
    return new ObjectMapper().readTree(drawn.substring(begin, drawn.indexOf("</pre>", begin)));
  }

  /// The browser that pages are tested in. Without one the test is skipped, with a word; where all
  /// tests are to run, `CI=true` in the environment, it fails.
  static Path requireChromium() {
    Optional<Path> chromium =
        Stream.of(System.getenv("PATH").split(":"))
            .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    String missing =
        "no browser on the PATH is named one of %s; install Debian's chromium".formatted(NAMES);
    if ("true".equals(System.getenv("CI"))) {
      assertThat(chromium).as(missing).isPresent();
    }
    assumeTrue(chromium.isPresent(), missing);
    return chromium.orElseThrow();
  }
}
