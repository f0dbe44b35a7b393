import { lawsOf } from "../../../tests/laws";
import { subject } from "./subject";

lawsOf(subject);
