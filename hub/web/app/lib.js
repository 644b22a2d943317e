// What every component needs of the libraries, under one roof.

import { h, render, Fragment } from "preact";
import htm from "htm";

export { render, Fragment, h };
export { useEffect, useLayoutEffect, useRef, useState, useMemo, useId } from "preact/hooks";
export { signal, computed, effect, batch, useSignal, useComputed } from "@preact/signals";

export const html = htm.bind(h);

export const cx = (...names) => names.filter(Boolean).join(" ");
