package dev.hstu.ops;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the part of PromQL that the dashboard and the alerts use, strictly: a query that is none
/// stops with its place. Gives the metrics it names; types of operands are Prometheus' to judge.
///
/// ```
/// expr     = unary { operator [ "bool" ] [ matching ] unary }
/// unary    = [ "-" ] ( number | "(" expr ")" | aggregate | call | selector ) [ "[" duration "]" ]
/// matching = ( "on" | "ignoring" ) labels [ ( "group_left" | "group_right" ) [ labels ] ]
/// ```
final class PromQuery {

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<string>\"(?:[^\"\\\\]|\\\\.)*\")|(?<range>\\[(?:\\$__rate_interval|\\d+[smhdw])\\])"
              + "|(?<number>\\d+(?:\\.\\d+)?)|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
              + "|(?<sign>==|!=|>=|<=|=~|!~|[-+*/%^<>=(){},]))");
  private static final Set<String> AGGREGATES =
      Set.of("sum", "min", "max", "avg", "count", "topk", "bottomk", "quantile");
  private static final Set<String> FUNCTIONS =
      Set.of(
          "rate", "increase", "histogram_quantile", "absent", "time", "clamp_min", "label_values");
  private static final Set<String> OPERATORS =
      Set.of("+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=", "and", "or", "unless");

  private final String query;
  private final Matcher matcher;
  private final Set<String> metrics = new TreeSet<>();
  private String token = "";
  private String kind = "";

  private PromQuery(String query) {
    this.query = query;
    this.matcher = TOKEN.matcher(query);
  }

  /// The metrics that a query names.
  ///
  /// @throws IllegalArgumentException where it isn't one
  static Set<String> metrics(String query) {
    PromQuery read = new PromQuery(query);
    read.next();
    read.expression();
    if (!read.kind.equals("end")) {
      throw read.unexpected("the end");
    }
    return read.metrics;
  }

  private void expression() {
    unary();
    while (OPERATORS.contains(token)) {
      next();
      if (token.equals("bool")) {
        next();
      }
      if (token.equals("on") || token.equals("ignoring")) {
        next();
        labels();
        if (token.equals("group_left") || token.equals("group_right")) {
          next();
          if (token.equals("(") && labelsFollow()) {
            labels();
          }
        }
      }
      unary();
    }
  }

  private void unary() {
    if (token.equals("-")) {
      next();
    }
    if (token.equals("(")) {
      next();
      expression();
      require(")");
    } else if (kind.equals("number")) {
      next();
    } else if (kind.equals("name") && AGGREGATES.contains(token)) {
      aggregate();
    } else if (kind.equals("name") && FUNCTIONS.contains(token)) {
      next();
      arguments();
    } else {
      selector();
    }
    if (kind.equals("range")) {
      next();
    }
  }

  private void aggregate() {
    next();
    grouping();
    arguments();
    grouping();
  }

  private void grouping() {
    if (token.equals("by") || token.equals("without")) {
      next();
      labels();
    }
  }

  private void arguments() {
    require("(");
    if (!token.equals(")")) {
      expression();
      while (token.equals(",")) {
        next();
        expression();
      }
    }
    require(")");
  }

  private void selector() {
    if (!kind.equals("name")) {
      throw unexpected("a metric");
    }
    metrics.add(token);
    next();
    if (token.equals("(")) {
      throw new IllegalArgumentException(
          metrics + " is called as a function, and none is known by that name: " + query);
    }
    if (token.equals("{")) {
      do {
        next();
        label();
        if (!Set.of("=", "!=", "=~", "!~").contains(token)) {
          throw unexpected("= or =~");
        }
        next();
        if (!kind.equals("string")) {
          throw unexpected("a quoted value");
        }
        next();
      } while (token.equals(","));
      require("}");
    }
  }

  private void labels() {
    require("(");
    label();
    while (token.equals(",")) {
      next();
      label();
    }
    require(")");
  }

  private void label() {
    if (!kind.equals("name")) {
      throw unexpected("a label");
    }
    next();
  }

  /// Whether the parenthesis after `group_left` has labels and is not its operand.
  private boolean labelsFollow() {
    return Pattern.compile("\\G\\s*[a-z_]+\\s*[,)]")
        .matcher(query)
        .region(matcher.end(), query.length())
        .lookingAt();
  }

  private void require(String sign) {
    if (!token.equals(sign)) {
      throw unexpected(sign);
    }
    next();
  }

  private void next() {
    int from = token.isEmpty() && kind.isEmpty() ? 0 : matcher.end();
    matcher.region(from, query.length());
    if (query.substring(from).isBlank()) {
      token = "";
      kind = "end";
      return;
    }
    if (!matcher.lookingAt()) {
      throw new IllegalArgumentException("at %d of %s is nothing of PromQL".formatted(from, query));
    }
    for (String each : new String[] {"string", "range", "number", "name", "sign"}) {
      Optional<String> found = Optional.ofNullable(matcher.group(each));
      if (found.isPresent()) {
        token = found.get();
        kind = each;
      }
    }
  }

  private IllegalArgumentException unexpected(String wanted) {
    return new IllegalArgumentException(
        "'%s' stands where %s was expected in %s".formatted(token, wanted, query));
  }
}
