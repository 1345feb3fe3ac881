package dev.hstu.retrieval.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.hstu.kernels.storage.DurableFiles;
import dev.hstu.retrieval.serving.Eventually;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A page in a Chromium that is driven over its DevTools protocol: keys are pressed and buttons
/// clicked as a user does, and what the page says on its console and asks of the network is kept.
/// For one thread.
public final class LivePage implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_SECONDS = 60;

  /// Messages kept of what the page does.
  private static final int MAX_KEPT = 10_000;

  /// Key names with the code that makes them act, as Enter on a button.
  private static final Map<String, Integer> KEYS =
      Map.of(
          "Tab",
          9,
          "Enter",
          13,
          "Escape",
          27,
          " ",
          32,
          "ArrowLeft",
          37,
          "ArrowUp",
          38,
          "ArrowRight",
          39,
          "ArrowDown",
          40);

  private final Path folder;
  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private final AtomicInteger number = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private LivePage(Path folder, Process process) throws Exception {
    this.folder = folder;
    this.process = process;
    Path ports = folder.resolve("profile/DevToolsActivePort");
    List<String> lines =
        Eventually.see(
            () -> Files.exists(ports) ? Files.readAllLines(ports) : List.of(),
            read -> read.size() >= 2);
    URI list = URI.create("http://127.0.0.1:%s/json/list".formatted(lines.getFirst()));
    String address =
        Eventually.see(
            () -> {
              HttpRequest request = HttpRequest.newBuilder(list).build();
              for (JsonNode page :
                  JSON.readTree(client.send(request, BodyHandlers.ofString()).body())) {
                if (page.path("type").asText().equals("page")) {
                  return page.path("webSocketDebuggerUrl").asText();
                }
              }
              return "";
            },
            found -> !found.isEmpty());
    socket = client.newWebSocketBuilder().buildAsync(URI.create(address), new Messages()).join();
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      call(domain + ".enable", Map.of());
    }
  }

  /// Starts a browser with a profile of its own and no network but this machine.
  public static LivePage start() throws Exception {
    Path chromium = PageInChromium.requireChromium();
    Path folder = Files.createTempDirectory("browser");
    Process process =
        new ProcessBuilder(
                chromium.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--user-data-dir=" + folder.resolve("profile"),
                "--window-size=1200,1000",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    try {
      return new LivePage(folder, process);
    } catch (Exception | Error e) {
      BrowserProcess.awaitEnd(process, 0, () -> {});
      DurableFiles.deleteRecursively(folder);
      throw e;
    }
  }

  /// Opens an address and waits until a condition holds.
  public void open(URI address, String loaded) throws Exception {
    leave();
    complaints.clear();
    requests.clear();
    call("Page.navigate", Map.of("url", address.toString()));
    await("document.readyState === 'complete' && (" + loaded + ")");
  }

  /// Shows nothing, so that the page before asks for nothing more.
  public void leave() throws Exception {
    call("Page.navigate", Map.of("url", "about:blank"));
    await("location.href === 'about:blank'");
  }

  /// The value of an expression of JavaScript; promises are waited for.
  public JsonNode evaluate(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    assertThat(answer.has("exceptionDetails")).as("%s: %s", expression, answer).isFalse();
    return answer.path("result").path("value");
  }

  /// Waits until an expression holds.
  public void await(String expression) throws Exception {
    Eventually.see(
        () ->
            evaluate(
                "(() => { try { return Boolean(%s) || document.body.innerText.slice(0, 4000); } catch (e) { return String(e); } })()"
                    .formatted(expression)),
        JsonNode::isBoolean);
  }

  /// The text that an element shows.
  public String text(String selector) {
    return evaluate("document.querySelector('" + selector + "').innerText").asText();
  }

  /// Clicks what a selector finds first.
  public void click(String selector) {
    evaluate("document.querySelector('" + selector + "').click()");
  }

  /// Puts a text into a field, as if it had been typed.
  public void fill(String selector, String text) {
    evaluate(
        "{const f = document.querySelector('%s'); f.focus(); f.value = '%s'; f.dispatchEvent(new Event('input', {bubbles: true}));}"
            .formatted(selector, text));
  }

  /// Presses keys one after another.
  public void press(String... keys) {
    for (String key : keys) {
      ObjectNode event = JSON.createObjectNode();
      event.put("key", key).put("code", key.equals(" ") ? "Space" : key);
      event.put("windowsVirtualKeyCode", KEYS.getOrDefault(key, 0));
      if (key.equals("Enter") || key.equals(" ")) {
        event.put("text", key.equals("Enter") ? "\r" : " ");
      }
      call("Input.dispatchKeyEvent", event.deepCopy().put("type", "keyDown"));
      call("Input.dispatchKeyEvent", event.deepCopy().put("type", "keyUp"));
    }
  }

  /// Types into what has the focus.
  public void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  /// Presses Tab until what has the focus matches a selector.
  public void tabTo(String selector) {
    for (int presses = 0; presses < 200; presses++) {
      if (evaluate("document.activeElement.matches('" + selector + "')").asBoolean()) {
        return;
      }
      press("Tab");
    }
    throw new AssertionError("the Tab key never comes to " + selector);
  }

  /// Shows the page in dark or light, in a window of this size.
  public void show(boolean dark, int width, int height) {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  /// Writes what the page shows as a PNG.
  public void screenshot(Path file) throws IOException {
    JsonNode shot = call("Page.captureScreenshot", Map.of("format", "png"));
    Files.createDirectories(file.getParent());
    Files.write(file, Base64.getDecoder().decode(shot.path("data").asText()));
  }

  /// What was said on the console since the page was opened, and by the browser about it.
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  /// Addresses asked for since the page was opened.
  public List<String> requests() {
    return List.copyOf(requests);
  }

  @Override
  public void close() throws IOException, InterruptedException {
    socket.abort();
    client.close();
    BrowserProcess.awaitEnd(process, PATIENCE_SECONDS, process::destroy);
    DurableFiles.deleteRecursively(folder);
  }

  private JsonNode call(String method, Object parameters) {
    int id = number.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    ObjectNode message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", JSON.valueToTree(parameters));
    socket.sendText(message.toString(), true).join();
    JsonNode told = answer.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    assertThat(told.has("error")).as("%s: %s", method, told).isFalse();
    return told.path("result");
  }

  private void take(JsonNode message) {
    @Nullable CompletableFuture<JsonNode> answer = waiting.remove(message.path("id").asInt());
    JsonNode parameters = message.path("params");
    switch (message.path("method").asText()) {
      case "" -> {
        if (answer != null) {
          answer.complete(message);
        }
      }
      case "Runtime.exceptionThrown" -> keep(complaints, parameters.toString());
      case "Runtime.consoleAPICalled" -> keep(complaints, parameters.toString());
      case "Log.entryAdded" ->
          keep(
              complaints,
              "%s %s"
                  .formatted(
                      parameters.path("entry").path("text").asText(),
                      parameters.path("entry").path("url").asText()));
      case "Network.requestWillBeSent" ->
          keep(requests, parameters.path("request").path("url").asText());
      default -> {}
    }
  }

  private static void keep(List<String> list, String text) {
    if (list.size() < MAX_KEPT) {
      list.add(text);
    }
  }

  private final class Messages implements WebSocket.Listener {

    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        try {
          take(JSON.readTree(text.toString()));
        } catch (IOException e) {
          throw new AssertionError("not JSON: " + text, e);
        } finally {
          text.setLength(0);
        }
      }
      from.request(1);
      return null;
    }
  }
}
