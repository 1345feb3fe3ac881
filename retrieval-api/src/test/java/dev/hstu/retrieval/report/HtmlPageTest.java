package dev.hstu.retrieval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlPageTest {

  @Test
  void textIsNeverTakenForMarkup() {
    String page =
        new HtmlPage("a<b", "c&d")
            .section("<script>")
            .paragraph("\"quoted\"")
            .facts(Map.of("<i>", "</dl>"))
            .table(List.of("<b>"), List.of(List.of("<td>")))
            .verdict(false, "<blocked>")
            .render();

    assertThat(page)
        .contains("a&lt;b", "c&amp;d", "&lt;script&gt;", "&quot;quoted&quot;", "&lt;blocked&gt;")
        .doesNotContain("<script", "<i>", "<blocked>");
  }

  @Test
  void thePageNamesNoAddressOutsideItself() {
    String page =
        new HtmlPage("t", "h")
            .chart(new BarChart("bars", List.of("g"), List.of("s"), List.of(List.of(0.5))))
            .render();

    assertThat(page).doesNotContain("http", "src=", "href=", "url(", "@import");
  }

  @Test
  void barsAreAsHighAsTheirShares() throws Exception {
    BarChart chart =
        new BarChart("bars", List.of("a", "b"), List.of("one"), List.of(List.of(0.25, 1.0)));

    Document svg = parse(chart.svg());

    Element first = (Element) svg.getElementsByTagName("rect").item(0);
    Element second = (Element) svg.getElementsByTagName("rect").item(1);
    double quarter = Double.parseDouble(first.getAttribute("height"));
    double whole = Double.parseDouble(second.getAttribute("height"));
    assertThat(quarter * 4).isEqualTo(whole);
    assertThat(whole).isEqualTo(ChartFrame.PLOT_HEIGHT);
  }

  @Test
  void pointsSpanTheWholePlot() throws Exception {
    XyChart chart =
        new XyChart(
            "points",
            "x",
            "y",
            List.of(
                new XyChart.Series(
                    "s",
                    List.of(new XyChart.Point(1, 10, "low"), new XyChart.Point(3, 30, "high")))));

    Document svg = parse(chart.svg());

    Element low = (Element) svg.getElementsByTagName("circle").item(0);
    Element high = (Element) svg.getElementsByTagName("circle").item(1);
    assertThat(low.getAttribute("cx")).isEqualTo(ChartFrame.LEFT + ".0");
    assertThat(high.getAttribute("cx")).isEqualTo(ChartFrame.LEFT + ChartFrame.PLOT_WIDTH + ".0");
    assertThat(high.getAttribute("cy")).isEqualTo(new ChartFrame(List.of("s")).y(1) + "");
  }

  @Test
  void axesGoInRoundSteps() throws Exception {
    XyChart chart =
        new XyChart(
            "points",
            "x",
            "y",
            List.of(
                new XyChart.Series(
                    "s",
                    List.of(
                        new XyChart.Point(.5481, 12.97, "low"),
                        new XyChart.Point(1, 314, "high")))));

    assertThat(texts(parse(chart.svg())))
        .containsSubsequence("0", "50", "100", "150", "200", "250", "300", "350")
        .containsSubsequence("0.5", "x", "1.0");
  }

  @Test
  void manySeriesAreToldApartAndNamedWithinTheChart() throws Exception {
    List<XyChart.Series> series = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      series.add(
          new XyChart.Series(
              "a series of number " + i, List.of(new XyChart.Point(i, i, "point " + i))));
    }

    Document svg = parse(new XyChart("many", "x", "y", series).svg());

    Set<String> looks = new HashSet<>();
    NodeList points = svg.getElementsByTagName("circle");
    for (int i = 0; i < points.getLength(); i++) {
      Element point = (Element) points.item(i);
      looks.add(point.getAttribute("fill") + point.getAttribute("stroke"));
    }
    assertThat(looks).hasSize(16);
    NodeList legend = svg.getElementsByTagName("rect");
    assertThat(legend.getLength()).isEqualTo(16);
    for (int i = 0; i < legend.getLength(); i++) {
      Element swatch = (Element) legend.item(i);
      assertThat(Integer.parseInt(swatch.getAttribute("x"))).isLessThan(ChartFrame.WIDTH - 150);
    }
  }

  @Test
  void onePointHasARangeToStandIn() throws Exception {
    XyChart chart =
        new XyChart(
            "point",
            "x",
            "y",
            List.of(new XyChart.Series("s", List.of(new XyChart.Point(5, 5, "only")))));

    assertThat(parse(chart.svg()).getElementsByTagName("circle").getLength()).isOne();
  }

  @Test
  void whatCannotBeDrawnIsRefused() {
    assertThatThrownBy(() -> new XyChart.Point(Double.NaN, 1, "p")).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new XyChart("empty", "x", "y", List.of()))
        .hasMessageContaining("no point");
    assertThatThrownBy(
            () -> new BarChart("b", List.of("g"), List.of("s"), List.of(List.of(0.1, 0.2))))
        .hasMessageContaining("1 groups have 2 values");
  }

  private static List<String> texts(Document svg) {
    List<String> texts = new ArrayList<>();
    NodeList elements = svg.getElementsByTagName("text");
    for (int i = 0; i < elements.getLength(); i++) {
      texts.add(elements.item(i).getTextContent());
    }
    return texts;
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
