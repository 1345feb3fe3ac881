package dev.hstu.retrieval.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.hstu.encoder.sequence.Clock;
import dev.hstu.retrieval.access.KeysFile;
import dev.hstu.retrieval.access.Role;
import dev.hstu.retrieval.report.LivePage;
import dev.hstu.retrieval.serving.RunningService;
import dev.hstu.retrieval.serving.TinyGenerations;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The console in a real browser, over a real service: what a user does with mouse and with keys
/// alone, and that it asks nobody else for anything. `-Dhstu.screenshots=DIR` keeps what it looks
/// like.
class ConsoleTest {

  private static final String READY =
      "document.querySelector('#health').innerText.startsWith('Ready')"
          + " && document.querySelectorAll('#candidates tbody tr').length === 20";
  private static final String PLACES =
      "[...document.querySelectorAll('#candidates tbody tr')].map(row => row.dataset.item)";

  private static LivePage page;

  @TempDir Path folder;
  private TinyGenerations generations;
  private String first;
  private RunningService service;
  private ServiceClient client;

  @BeforeAll
  static void startBrowser() throws Exception {
    page = LivePage.start();
  }

  @AfterAll
  static void stopBrowser() throws Exception {
    if (page != null) {
      page.close();
    }
  }

  @BeforeEach
  void build() throws Exception {
    generations = new TinyGenerations(folder);
    first = generations.publish(1);
    page.show(false, 1200, 1000);
  }

  @AfterEach
  void stop() throws Exception {
    page.leave();
    if (client != null) {
      client.close();
      service.close();
    }
  }

  private void serve(Map<String, String> more) throws InterruptedException {
    service = RunningService.start(generations.configuration(new HashMap<>(more)));
    service.awaitReady(Duration.ofSeconds(30));
    client = new ServiceClient(service);
  }

  private URI address() {
    return service.address().resolve("/");
  }

  private void add(String query, String title) throws Exception {
    page.fill("#search", query);
    page.await(
        "[...document.querySelectorAll('#matches li')].some(li => li.innerText.startsWith('%s '))"
            .formatted(title));
    page.evaluate(
        "[...document.querySelectorAll('#matches li')].find(li => li.innerText.startsWith('%s ')).dispatchEvent(new MouseEvent('mousedown', {bubbles: true, cancelable: true}))"
            .formatted(title));
    page.await("document.querySelector('#events').innerText.includes('" + title + "')");
  }

  private void requireQuiet() {
    assertThat(page.complaints()).isEmpty();
    assertThat(page.requests())
        .isNotEmpty()
        .allMatch(asked -> asked.startsWith(address().toString()) || asked.startsWith("data:"));
    assertThat(page.evaluate("localStorage.length + sessionStorage.length").asInt()).isZero();
    assertThat(page.evaluate("document.cookie").asText()).isEmpty();
  }

  @Test
  void aHistoryIsBuiltByTitleAndItsCandidatesFollowTheRequestTime() throws Exception {
    serve(Map.of());
    page.open(address(), READY);
    assertThat(page.text("#retrieve-status")).contains("popular items");

    add("item 123", "item 123");
    add("item 45", "item 45");
    page.await("!document.querySelector('#retrieve-status').innerText.includes('popular')");

    JsonNode places = page.evaluate(PLACES);
    assertThat(places).hasSize(20);
    assertThat(places.path(0).asText()).hasSize(16).startsWith("90071992547");
    assertThat(page.text("#candidates tbody")).contains("item ");
    assertThat(page.text("#answer")).contains("Valid until", "Cache", "encode", first);

    String time = page.evaluate("document.querySelector('#request-time').value").asText();
    page.click("#next-change");
    page.await("document.querySelector('#request-time').value !== '" + time + "'");
    page.fill("#offset", "900");
    page.await("JSON.stringify(%s) !== '%s'".formatted(PLACES, places));
    assertThat(page.text("#retrieve-status")).contains("moved");
    assertThat(page.text("#candidates tbody")).containsAnyOf("▲", "▼", "new");
    assertThat(page.text("#offset-text")).contains("days");

    String dropped = page.evaluate(PLACES + "[0]").asText();
    page.click("#candidates tbody tr button[aria-label^=\"Exclude\"]");
    page.await("!" + PLACES + ".includes('" + dropped + "')");
    assertThat(page.text("#excluded")).isNotBlank();

    page.click("#add-rule");
    page.await("document.querySelector('#rules input[list]')");
    page.fill("#rules input[list]", "g2");
    page.await(
        PLACES
            + ".length > 0 && "
            + PLACES
            + ".every(id => Number(id.slice(-4)) % 5 === "
            + (TinyGenerations.FIRST_ID + 2) % 10_000 % 5
            + ")");

    page.fill("#k", "0");
    page.await("document.querySelector('#retrieve-status').innerText.includes('k=0 must be')");
    page.fill("#k", "5");
    page.await(PLACES + ".length === 5");

    page.click("#candidates tbody tr button[aria-label^=\"Why\"]");
    page.await("!['', 'Asking…'].includes(document.querySelector('#explain-status').innerText)");
    assertThat(page.evaluate("document.activeElement.id").asText()).isEqualTo("explain-heading");
    keep("retrieve");
    assertThat(page.complaints()).as("only the refused k").allMatch(said -> said.contains("400"));
  }

  @Test
  void whatTheServiceSaysIsShownAsText() throws Exception {
    serve(Map.of("updates.enabled", "true"));
    String markup = "<img src=x onerror=document.title=1><b>bold</b> évil";
    client.send(
        client
            .request("/items/77")
            .header("Content-Type", "application/json")
            .PUT(
                BodyPublishers.ofString(
                    "{\"vector\":[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],\"attributes\":{\"title\":\"%s\"}}"
                        .formatted(markup))));
    page.open(address(), READY);

    add("EVIL img", "<img");

    assertThat(page.text("#events")).contains(markup);
    assertThat(page.evaluate("document.querySelectorAll('#events img, #events b').length").asInt())
        .isZero();
    assertThat(page.evaluate("document.title").asText()).isEqualTo("HSTU Retrieval");
    requireQuiet();
  }

  @Test
  void anAdministratorPublishesAndRollsBackAndTheKeyStaysInMemory() throws Exception {
    Path keys = folder.resolve("keys.json");
    String reader = new KeysFile(keys).add("reader", Role.READ).text();
    String admin = new KeysFile(keys).add("operator", Role.ADMIN).text();
    String second = generations.build(2, TinyGenerations.longIds(), new Clock.Wall());
    serve(Map.of("access.keys-file", keys.toString()));
    page.open(address(), "!document.querySelector('#key-field').hidden");
    page.await("document.querySelector('#retrieve-status').innerText.includes('key')");

    page.fill("#key", reader);
    page.await(READY);
    page.click("#tab-generations");
    page.await("document.querySelector('#generation-table tbody').innerText.includes('ready')");
    publish(second);
    page.await("document.querySelector('#generations-status').innerText.includes('role')");

    page.fill("#key", admin);
    page.await("!document.querySelector('#generation-table').hidden");
    publish(second);
    page.await("document.querySelector('#generations-status').innerText.startsWith('Published')");
    assertThat(page.text("#verdict")).contains("recall@100", "passed");
    page.await("document.querySelector('#health').innerText.includes('" + second + "')");
    keep("generations");

    page.await("!document.querySelector('#roll-back').disabled");
    page.click("#roll-back");
    page.fill("#change-reason", "only a test");
    page.click("#change-go");
    page.await("document.querySelector('#generations-status').innerText.startsWith('Returned')");
    page.await("document.querySelector('#health').innerText.includes('" + first + "')");
    page.click("#tab-retrieve");
    page.await("document.querySelector('#answer').innerText.includes('" + first + "')");

    assertThat(page.evaluate("localStorage.length + sessionStorage.length").asInt()).isZero();
    assertThat(page.evaluate("document.documentElement.outerHTML").asText())
        .doesNotContain(admin, reader);
    assertThat(page.requests()).noneMatch(asked -> asked.contains("hstu_operator"));
  }

  private static void publish(String id) throws Exception {
    page.await("!document.querySelector('button[aria-label=\"Publish " + id + "\"]')?.disabled");
    page.click("button[aria-label=\"Publish " + id + "\"]");
    page.await("document.querySelector('#change').open");
    page.click("#change-go");
  }

  @Test
  void keysAloneDoAllOfIt() throws Exception {
    String second = generations.build(2, TinyGenerations.longIds(), new Clock.Wall());
    serve(Map.of());
    page.open(address(), READY);

    page.tabTo("#search");
    page.type("item 12");
    page.await("document.querySelectorAll('#matches li').length > 1");
    page.press("ArrowDown", "Enter");
    page.await("document.querySelectorAll('#events li').length === 1");
    page.await("!document.querySelector('#offset').disabled");
    page.tabTo("#offset");
    String before = page.evaluate("document.querySelector('#request-time').value").asText();
    page.press("ArrowRight", "ArrowRight", "ArrowRight");
    page.await("document.querySelector('#request-time').value !== '" + before + "'");
    page.await("document.querySelectorAll('#candidates tbody tr').length === 20");
    page.tabTo("#candidates button[aria-label^=\"Exclude\"]");
    page.press("Enter");
    page.await("document.querySelectorAll('#excluded li').length === 1");
    page.evaluate("document.body.focus(), document.activeElement.blur()");
    page.tabTo("#tab-retrieve");
    page.press("ArrowRight");
    page.await("!document.querySelector('#generations').hidden");
    page.await("document.querySelector('#generation-table tbody').innerText.includes('ready')");
    page.tabTo("button[aria-label=\"Publish " + second + "\"]");
    page.press("Enter");
    page.await("document.querySelector('#change').open");
    page.tabTo("#change-go");
    page.press("Enter");
    page.await("document.querySelector('#health').innerText.includes('" + second + "')");
    requireQuiet();
  }

  @Test
  void liveChartsFillAndBothColoursAreReadable() throws Exception {
    serve(Map.of());
    page.open(address(), READY);
    page.click("#tab-live");
    page.await("document.querySelectorAll('#live svg').length >= 2");
    for (int i = 0; i < 20; i++) {
      client.retrieve("{\"k\":5}");
    }
    page.await("document.querySelector('#live-facts').innerText.includes('p99')");
    keep("live");
    requireQuiet();
    for (boolean dark : new boolean[] {false, true}) {
      page.show(dark, 400, 800);
      for (String tab : new String[] {"retrieve", "generations", "live"}) {
        page.click("#tab-" + tab);
        assertThat(page.evaluate(FAINT)).as("hard to read on %s, dark: %s", tab, dark).isEmpty();
        assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth").asInt())
            .as("%s is wider than a small window", tab)
            .isNotPositive();
      }
    }
  }

  /// The answers are the test's own, so that each part of them is there.
  @Test
  void anExplanationAndRecallAreShownInFull() throws Exception {
    serve(Map.of());
    page.open(address(), READY);
    String seen = TinyGenerations.id(12);
    answerInstead(
        "/explain",
        """
        {"verdict": {"cause": "outranked", "sentence": "exact rank 1,342 of k=20"}, "score": 0.25,
         "besides": [{"cause": "denied", "sentence": "the request leaves it out by its id"}],
         "contributions": [{"itemId": "%s", "timestamp": 1700000000, "contribution": -0.125}],
         "closest": [{"itemId": "%s", "timestamp": 1700000000, "cosine": 0.75}]}"""
            .formatted(seen, seen));
    answerInstead(
        "/recall",
        """
        {"share": 0.01, "generations": [{"generation": "%s", "decayed": true, "baseline": 0.97,
          "overall": {"samples": 900, "recall": 0.951, "lower": 0.94, "upper": 0.96},
          "recent": {"samples": 500, "recall": 0.913, "lower": 0.9, "upper": 0.93},
          "bySelectivity": {"<1%%": {"samples": 9, "recall": 0.7, "lower": 0.55, "upper": 0.85}}}]}"""
            .formatted(first));

    page.fill("#explain-id", TinyGenerations.id(33));
    page.press("Enter");
    page.await("document.querySelector('#explain-answer table')");
    assertThat(page.text("#explain-status")).isEqualTo("item 33: exact rank 1,342 of k=20");
    assertThat(page.text("#explain-answer"))
        .contains("leaves it out by its id", "0.25", "item 12", "-0.125", "0.75", "2023-11-14");

    page.fill("#k", "6");
    page.await("document.querySelector('#explain-status').innerText.startsWith('For the request')");
    assertThat(page.text("#explain-status"))
        .isEqualTo("For the request before it changed: item 33: exact rank 1,342 of k=20");

    page.click("#tab-live");
    page.await("document.querySelectorAll('#recall-chart circle').length === 3");
    assertThat(page.text("#recall-status")).contains("fallen below", first);
    assertThat(page.evaluate("document.querySelector('#recall-chart svg').textContent").asText())
        .contains("0.951", "filter <1%", "0.5");
    keep("recall");
  }

  private static void answerInstead(String path, String json) {
    page.evaluate(
        "{const real = window.fetch; window.fetch = (path, options) => path === '%s' ? Promise.resolve(new Response(%s)) : real(path, options);}"
            .formatted(path, JsonNodeFactory.instance.textNode(json)));
  }

  /// Texts of less contrast than WCAG 2.2, 1.4.3 asks for.
  private static final String FAINT =
      """
      (() => {
        const channels = c => c.match(/[0-9.]+/g).slice(0, 3).map(v => v / 255);
        const light = c => channels(c).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
        const contrast = (a, b) => (Math.max(light(a), light(b)) + .05) / (Math.min(light(a), light(b)) + .05);
        const paper = e => {
          const own = getComputedStyle(e).backgroundColor;
          return own.startsWith('rgba(0, 0, 0, 0') ? e.parentElement ? paper(e.parentElement) : 'rgb(255, 255, 255)' : own;
        };
        return [...document.querySelectorAll('h1, h2, p, dt, dd, th, td, label, output, button:not(:disabled), svg text')]
            .filter(e => e.textContent.trim() !== '' && e.getClientRects().length > 0)
            .filter(e => contrast(getComputedStyle(e)[e.closest('svg') ? 'fill' : 'color'], paper(e)) < 4.5)
            .map(e => e.textContent);
      })()
      """;

  @Test
  void aServiceThatIsGoneIsSaidPlainly() throws Exception {
    serve(Map.of());
    page.open(address(), READY);
    service.close();

    page.await("document.querySelector('#health').innerText.includes('does not answer')");
    page.fill("#search", "item");
    page.await("document.querySelector('#search-status').innerText.includes('does not answer')");
  }

  /// Keeps what the page looks like in light and dark, where asked for.
  private static void keep(String name) throws Exception {
    String where = System.getProperty("hstu.screenshots", "");
    if (!where.isEmpty()) {
      for (boolean dark : new boolean[] {false, true}) {
        page.show(dark, 1200, 1000);
        page.screenshot(Path.of(where, name + (dark ? "-dark.png" : "-light.png")));
      }
      page.show(false, 1200, 1000);
    }
  }
}
