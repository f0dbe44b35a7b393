import { lawsOf } from "../../laws";
import { subject } from "./subject";

lawsOf(subject);
