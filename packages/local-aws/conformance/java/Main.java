import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/** Renders templates with Apache Velocity. A line of JSON comes in for each, and a line of JSON goes out. */
public final class Main {
  public static void main(String[] arguments) throws Exception {
    VelocityEngine engine = engine();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, "US-ASCII");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.println(Json.write(answer(engine, Json.map(Json.parse(line)))));
      out.flush();
    }
  }

  private static VelocityEngine engine() {
    VelocityEngine engine = new VelocityEngine();
    engine.setProperty("runtime.log.logsystem.class", "org.apache.velocity.runtime.log.NullLogChute");
    engine.setProperty("userdirective", ReturnDirective.class.getName());
    engine.init();
    return engine;
  }

  private static Map<String, Object> answer(VelocityEngine engine, Map<String, Object> request) {
    Map<String, Object> ctx = Json.map(request.get("context"));
    ctx.put("args", ctx.get("arguments"));
    List<Object> appended = new ArrayList<>();
    Util util = new Util(Json.map(ctx.get("info")), appended, ((Number) request.get("now")).longValue());
    VelocityContext context = new VelocityContext();
    context.put("ctx", ctx);
    context.put("context", ctx);
    context.put("util", util);
    context.put("utils", util);
    Map<String, Object> answer = new LinkedHashMap<>();
    try {
      StringWriter text = new StringWriter();
      engine.evaluate(context, text, "template", (String) request.get("template"));
      answer.put("text", text.toString());
    } catch (Throwable thrown) {
      failure(answer, thrown);
    }
    try {
      Json.write(ctx.get("stash"));
      answer.put("stash", ctx.get("stash"));
    } catch (RuntimeException | StackOverflowError unwritable) {
      answer.put("stash", "unwritable");
    }
    answer.put("appended", appended);
    return answer;
  }

  /** Velocity wraps what a method or directive has thrown. */
  private static void failure(Map<String, Object> answer, Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof Signals.Returned) {
        try {
          answer.put("returned", Json.parse(Json.write(((Signals.Returned) cause).value)));
          return;
        } catch (RuntimeException unwritable) {
          break;
        }
      }
      if (cause instanceof Signals.Raised) {
        answer.put("error", ((Signals.Raised) cause).details);
        return;
      }
    }
    answer.put("failed", String.valueOf(thrown));
  }
}
