package dev.hstu.retrieval.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.SplittableRandom;

/// One simulated user: a few tastes that drift from session to session, sessions of a few events on
/// one taste, and inside a session a next item that follows from the last one.
///
/// The next item is drawn from a mixture ([#probabilities] writes the same mixture down exactly):
///
/// | part | share | from |
/// |---|---|---|
/// | successor | [#SUCCESSOR_SHARE], inside a session only | the last item's successors |
/// | topic | what is left | the session's topic, or at its start every taste by its weight |
/// | anything | [#ANYTHING_SHARE] | all items by popularity |
///
/// Items seen before and items not yet born are never drawn; a part without an eligible item gives
/// its share to the next one in the table. Times alone tell whether a session begins: inside one
/// events are minutes apart, between two of them days.
final class SimulatedUser {

  private static final double SUCCESSOR_SHARE = 0.4;
  private static final double ANYTHING_SHARE = 0.15;

  private static final double[] TASTE_WEIGHTS = {0.5, 0.3, 0.2};
  private static final double DRIFT_PER_SESSION = 0.15;

  private static final double MEAN_SESSION_EVENTS = 6;
  private static final int MAX_SESSION_EVENTS = 100;
  private static final double MEDIAN_PAUSE_SECONDS = 120;
  private static final double PAUSE_SPREAD = 0.8;
  private static final double MAX_PAUSE_SECONDS = 1_800;
  private static final double MEDIAN_ABSENCE_SECONDS = 2.5 * 24 * 3600;
  private static final double ABSENCE_SPREAD = 0.7;
  private static final double MIN_ABSENCE_SECONDS = 4 * 3600;
  private static final double MAX_ABSENCE_SECONDS = 60 * 24 * 3600;

  private final WorldItems items;
  private final SplittableRandom random;
  private final int[] tastes;
  private final BitSet seen = new BitSet();

  private long now;
  private int sessionTopic;
  private int sessionEventsLeft;
  private boolean sessionBegins;
  private int last = WeightedItems.NONE;

  SimulatedUser(WorldItems items, SplittableRandom random) {
    this.items = items;
    this.random = random;
    this.tastes = new int[TASTE_WEIGHTS.length];
    for (int i = 0; i < tastes.length; i++) {
      tastes[i] = items.drawTopic(random);
    }
    this.now =
        WorldItems.BEGIN_SECONDS + (long) (random.nextDouble() * 0.8 * WorldItems.SPAN_SECONDS);
  }

  /// Moves to the time of the next event, perhaps over days without one and a drift of the tastes.
  void advance() {
    sessionBegins = sessionEventsLeft == 0;
    if (sessionBegins) {
      now +=
          seconds(MEDIAN_ABSENCE_SECONDS, ABSENCE_SPREAD, MIN_ABSENCE_SECONDS, MAX_ABSENCE_SECONDS);
      sessionEventsLeft = sessionLength();
      drift();
    } else {
      now += seconds(MEDIAN_PAUSE_SECONDS, PAUSE_SPREAD, 1, MAX_PAUSE_SECONDS);
    }
  }

  /// Draws the next item at the current time and takes it as seen.
  int draw() {
    if (sessionBegins) {
      sessionTopic = drawSessionTopic();
    }
    last = drawEligible();
    seen.set(last);
    sessionEventsLeft--;
    return last;
  }

  /// The distribution that the next [#draw] draws from, as far as the tastes, the history and the
  /// current time tell it.
  ///
  /// @param probabilities one entry an item, overwritten, sums to 1
  void probabilities(double[] probabilities) {
    Arrays.fill(probabilities, 0);
    double successorShare = sessionBegins ? 0 : SUCCESSOR_SHARE;
    double topicShare = 1 - ANYTHING_SHARE - successorShare;
    if (successorShare > 0
        && !items.successorsOf(last).addTo(probabilities, successorShare, this::isEligible)) {
      topicShare += successorShare;
    }
    boolean fromTopic =
        sessionBegins
            ? addTastes(probabilities, topicShare)
            : items.inTopic(sessionTopic).addTo(probabilities, topicShare, this::isEligible);
    items
        .all()
        .addTo(probabilities, ANYTHING_SHARE + (fromTopic ? 0 : topicShare), this::isEligible);
  }

  /// Current time in seconds.
  long nowSeconds() {
    return now;
  }

  /// Items this user has had so far; not a copy.
  BitSet seen() {
    return seen;
  }

  /// How well the item fits: a rating of 3 to 5 inside the session's topic, of 1 to 3 outside.
  int rate(int item) {
    return (items.topic(item) == sessionTopic ? 3 : 1) + random.nextInt(3);
  }

  private int drawEligible() {
    double part = random.nextDouble();
    int item = WeightedItems.NONE;
    if (!sessionBegins && part < SUCCESSOR_SHARE) {
      item = items.successorsOf(last).draw(random, this::isEligible);
    }
    if (item == WeightedItems.NONE && part < 1 - ANYTHING_SHARE) {
      item = items.inTopic(sessionTopic).draw(random, this::isEligible);
    }
    if (item == WeightedItems.NONE) {
      item = items.all().draw(random, this::isEligible);
    }
    if (item == WeightedItems.NONE) {
      throw new IllegalStateException("a user has seen every item; make a world of more items");
    }
    return item;
  }

  private int drawSessionTopic() {
    double left = random.nextDouble() * eligibleTasteWeight();
    int topic = tastes[0];
    for (int i = 0; i < tastes.length && left >= 0; i++) {
      if (hasEligible(tastes[i])) {
        topic = tastes[i];
        left -= TASTE_WEIGHTS[i];
      }
    }
    return topic;
  }

  private boolean addTastes(double[] probabilities, double share) {
    double weight = eligibleTasteWeight();
    for (int i = 0; i < tastes.length; i++) {
      if (hasEligible(tastes[i])) {
        items
            .inTopic(tastes[i])
            .addTo(probabilities, share * TASTE_WEIGHTS[i] / weight, this::isEligible);
      }
    }
    return weight > 0;
  }

  private double eligibleTasteWeight() {
    double weight = 0;
    for (int i = 0; i < tastes.length; i++) {
      weight += hasEligible(tastes[i]) ? TASTE_WEIGHTS[i] : 0;
    }
    return weight;
  }

  private boolean hasEligible(int topic) {
    for (int item : items.inTopic(topic).items()) {
      if (isEligible(item)) {
        return true;
      }
    }
    return false;
  }

  private boolean isEligible(int item) {
    return !seen.get(item) && items.birthSeconds(item) <= now;
  }

  /// Sometimes one taste moves on to a topic beside it.
  private void drift() {
    if (random.nextDouble() < DRIFT_PER_SESSION) {
      int moving = random.nextInt(tastes.length);
      tastes[moving] = (tastes[moving] + 1 + random.nextInt(3)) % items.topicCount();
    }
  }

  private int sessionLength() {
    int length = 1;
    while (random.nextDouble() < 1 - 1 / MEAN_SESSION_EVENTS && length < MAX_SESSION_EVENTS) {
      length++;
    }
    return length;
  }

  private long seconds(double median, double spread, double least, double most) {
    double value = median * Math.exp(spread * random.nextGaussian());
    return (long) Math.clamp(value, least, most);
  }
}
