import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** $util.dynamodb */
public final class UtilDynamodb {
  public Map<String, Object> toDynamoDB(Object value) {
    if (value == null) {
      return toNull();
    }
    if (value instanceof Number) {
      return typed("N", value.toString());
    }
    if (value instanceof Boolean) {
      return typed("BOOL", value);
    }
    if (value instanceof Map) {
      return typed("M", toMapValues(Json.map(value)));
    }
    if (value instanceof List) {
      List<Object> items = new ArrayList<>();
      for (Object item : (List<?>) value) {
        items.add(toDynamoDB(item));
      }
      return typed("L", items);
    }
    return typed("S", (String) value);
  }

  public String toDynamoDBJson(Object value) {
    return Json.writeReadable(toDynamoDB(value));
  }

  public Map<String, Object> toMapValues(Map<String, Object> map) {
    Map<String, Object> values = new LinkedHashMap<>();
    map.forEach((key, value) -> values.put(key, toDynamoDB(value)));
    return values;
  }

  public String toMapValuesJson(Map<String, Object> map) {
    return Json.writeReadable(toMapValues(map));
  }

  public Map<String, Object> toString(String text) {
    return typed("S", text);
  }

  public String toStringJson(String text) {
    return Json.writeReadable(toString(text));
  }

  public Map<String, Object> toNumber(Number number) {
    return toDynamoDB(number);
  }

  public String toNumberJson(Number number) {
    return Json.writeReadable(toNumber(number));
  }

  public Map<String, Object> toNull() {
    return typed("NULL", true);
  }

  public String toNullJson() {
    return Json.writeReadable(toNull());
  }

  private static Map<String, Object> typed(String type, Object value) {
    return new LinkedHashMap<>(Collections.singletonMap(type, value));
  }
}
