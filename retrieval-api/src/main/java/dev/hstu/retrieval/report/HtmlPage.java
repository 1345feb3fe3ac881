package dev.hstu.retrieval.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One self-contained page, written from top to bottom: no script, no font, no address outside the
/// file, readable in light and dark. All text is escaped here. For one thread.
public final class HtmlPage {

  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6675; --line: #d5dbe3; --paper: #ffffff;
              --good: #2c7a4b; --bad: #b3261e;
              --series-0: #2f6fbb; --series-1: #c2641c; --series-2: #3b8a55; --series-3: #8a4fa8;
              --series-4: #b3387e; --series-5: #857300; --series-6: #0f8a8a; --series-7: #6b6f76; }
      @media (prefers-color-scheme: dark) {
        :root { --ink: #e6e9ee; --soft: #9aa5b4; --line: #39424f; --paper: #14181f;
                --good: #7cc795; --bad: #f2857d;
                --series-0: #7fb0ea; --series-1: #f0a066; --series-2: #7cc795; --series-3: #c698e0;
                --series-4: #f08fc0; --series-5: #d3c04a; --series-6: #5fd0cf; --series-7: #aab1bb; } }
      body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
             max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
      .wide { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
      th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
      th:first-child, td:first-child, .text th, .text td { text-align: left; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; }
      dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
      .good { color: var(--good); } .bad { color: var(--bad); } .verdict { font-size: 1.2rem; }
      svg { width: 100%; height: auto; } svg text { fill: var(--ink); font-size: 12px; }
      .grid { stroke: var(--line); }
      """;

  private final StringBuilder html = new StringBuilder(16_384);

  /// Begins a page.
  ///
  /// @param title of the window
  /// @param heading of the page
  public HtmlPage(String title, String heading) {
    this(title, heading, null);
  }

  private HtmlPage(String title, String heading, @Nullable String styleAddress) {
    html.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .append("<title>")
        .append(escape(title))
        .append("</title>");
    if (styleAddress == null) {
      html.append("<style>\n").append(STYLE).append("</style>");
    } else {
      html.append("<link rel=\"stylesheet\" href=\"").append(escape(styleAddress)).append("\">");
    }
    html.append("</head><body>\n<h1>").append(escape(heading)).append("</h1>\n");
  }

  /// Begins a page for a server that serves [#style()] at `styleAddress`: where no style may stand
  /// inside a page.
  public static HtmlPage served(String title, String heading, String styleAddress) {
    return new HtmlPage(title, heading, styleAddress);
  }

  /// The style sheet of every page.
  public static String style() {
    return STYLE;
  }

  /// Begins a section.
  public HtmlPage section(String heading) {
    html.append("<h2>").append(escape(heading)).append("</h2>\n");
    return this;
  }

  /// Begins a section that links may name.
  ///
  /// @param anchor of letters, digits and hyphens
  public HtmlPage section(String anchor, String heading) {
    html.append("<h2 id=\"").append(escape(anchor)).append("\">");
    html.append(escape(heading)).append("</h2>\n");
    return this;
  }

  public HtmlPage paragraph(String text) {
    html.append("<p>").append(escape(text)).append("</p>\n");
    return this;
  }

  /// The outcome of the whole, in large type.
  public HtmlPage verdict(boolean good, String text) {
    html.append("<p class=\"verdict ")
        .append(good ? "good" : "bad")
        .append("\">")
        .append(escape(text))
        .append("</p>\n");
    return this;
  }

  /// Names and values, in the map's order.
  public HtmlPage facts(Map<String, String> facts) {
    html.append("<dl>");
    facts.forEach(
        (name, value) ->
            html.append("<dt>")
                .append(escape(name))
                .append("</dt><dd>")
                .append(escape(value))
                .append("</dd>"));
    html.append("</dl>\n");
    return this;
  }

  /// A table of figures: the first column to the left, the others to the right.
  public HtmlPage table(List<String> header, List<List<String>> rows) {
    return table("<table>", header, rows);
  }

  /// A table of words: every column to the left.
  public HtmlPage textTable(List<String> header, List<List<String>> rows) {
    return table("<table class=\"text\">", header, rows);
  }

  public HtmlPage chart(BarChart chart) {
    html.append(chart.svg());
    return this;
  }

  public HtmlPage chart(XyChart chart) {
    html.append(chart.svg());
    return this;
  }

  public HtmlPage chart(IntervalChart chart) {
    html.append(chart.svg());
    return this;
  }

  /// The whole page; nothing can be added afterwards.
  public String render() {
    return html.append("</body></html>\n").toString();
  }

  private HtmlPage table(String begin, List<String> header, List<List<String>> rows) {
    // A table that is too wide for a small window scrolls by itself, not the page with it.
    html.append("<div class=\"wide\">").append(begin);
    row("th", header);
    rows.forEach(row -> row("td", row));
    html.append("</table></div>\n");
    return this;
  }

  private void row(String cell, List<String> values) {
    html.append("<tr>");
    for (String value : values) {
      html.append('<').append(cell).append('>').append(escape(value));
      html.append("</").append(cell).append('>');
    }
    html.append("</tr>\n");
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
