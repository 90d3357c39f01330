import { refuseKey } from "../../refuse-key.ts";
import type { StoreError, Version } from "../../store.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
const NAME = /^[A-Za-z0-9_.\-/]{1,1011}$/;
const ARN = /^arn:aws[a-z-]{0,20}:ssm:[a-z0-9-]{1,30}:[0-9]{12}:parameter\/[A-Za-z0-9_.\-/]{1,1011}$/;
/** A version's number, or a label. */
const SELECTOR = /^(?:[0-9]{1,18}|[A-Za-z_.-][A-Za-z0-9_.-]{0,99})$/;

export interface ParameterName {
  readonly name: string;
  /** A version's number or a label; undefined for the newest. */
  readonly selector: string | undefined;
}

/**
 * The parameter that a key and a version name, with the store's prefix before it; an ARN, of a parameter that another account
 * shares, stands as it is. A key may bring its version along after a colon, as AWS writes it.
 */
export function parameterName(prefix: string, key: string, version?: Version): ParameterName | StoreError {
  const refused = refuseKey(key);
  if (refused !== undefined) return refused;
  const isArn = key.startsWith("arn:");
  const [, own = key, ofKey] = isArn ? [] : (/^([^:]*):(.*)$/s.exec(key) ?? []);
  const name = isArn ? key : prefix + own;
  const selector = version ?? ofKey;
  if (!NAME.test(name) && !ARN.test(name))
    return { error: "invalid", message: "a name of Parameter Store has letters, digits and _.-/ and 1,011 at most" };
  if ((version !== undefined && ofKey !== undefined) || (selector !== undefined && !SELECTOR.test(selector)))
    return { error: "invalid", message: "a version is a number or a label, and named once" };
  return { name, selector };
}

/** As AWS is asked for it. */
export function selected({ name, selector }: ParameterName): string {
  return selector === undefined ? name : `${name}:${selector}`;
}
