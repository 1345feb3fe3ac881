/// A client of the service for Java 25, on the JDK's own HTTP client and Jackson. Start at
/// [RetrievalClient]. Requests and answers are records; what the service refuses is a
/// [ProblemException] with its problem details, what never got an answer a [NoAnswerException].
///
/// What stays out: anything of the service's own code. Fields of an answer that this client does
/// not know are passed over, so that an older client reads a newer service.
@NullMarked
package dev.hstu.client;

import org.jspecify.annotations.NullMarked;
