import { templatesOf } from "../../../tests/vtl/conformance";
import { wiring } from "../vtl/wiring";

export const templates = templatesOf(wiring);
