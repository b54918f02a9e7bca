//! Where a ggml tensor's numbers stand in a CTranslate2 file.

/// A variable of the CTranslate2 file, or one of the equal parts that are stacked in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The variable.
    pub variable: String,
    /// Which part, from 0.
    pub part: u64,
    /// How many parts are stacked.
    pub parts: u64,
}

fn whole(variable: String) -> Origin {
    Origin { variable, part: 0, parts: 1 }
}

/// The origin of the tensor of this name.
pub(super) fn origin(tensor: &str) -> Option<Origin> {
    let (side, rest) = tensor.split_once('.')?;
    match rest {
        "positional_embedding" => Some(whole(format!("{side}/position_encodings/encodings"))),
        "token_embedding.weight" => Some(whole(format!("{side}/embeddings/weight"))),
        "conv1.weight" | "conv1.bias" | "conv2.weight" | "conv2.bias" => {
            Some(whole(format!("{side}/{}", rest.replace('.', "/"))))
        }
        "ln_post.weight" | "ln.weight" => Some(whole(format!("{side}/layer_norm/gamma"))),
        "ln_post.bias" | "ln.bias" => Some(whole(format!("{side}/layer_norm/beta"))),
        _ => block_origin(side, rest),
    }
}

fn block_origin(side: &str, rest: &str) -> Option<Origin> {
    let (layer, member) = rest.strip_prefix("blocks.")?.split_once('.')?;
    let (member, kind) = member.rsplit_once('.')?;
    // query, key and value are stacked where a decoder looks at itself, key and value where it
    // looks at the encoder.
    let (place, part, parts) = match member {
        "attn.query" => ("self_attention/linear_0", 0, 3),
        "attn.key" => ("self_attention/linear_0", 1, 3),
        "attn.value" => ("self_attention/linear_0", 2, 3),
        "attn.out" => ("self_attention/linear_1", 0, 1),
        "attn_ln" => ("self_attention/layer_norm", 0, 1),
        "cross_attn.query" => ("attention/linear_0", 0, 1),
        "cross_attn.key" => ("attention/linear_1", 0, 2),
        "cross_attn.value" => ("attention/linear_1", 1, 2),
        "cross_attn.out" => ("attention/linear_2", 0, 1),
        "cross_attn_ln" => ("attention/layer_norm", 0, 1),
        "mlp.0" => ("ffn/linear_0", 0, 1),
        "mlp.2" => ("ffn/linear_1", 0, 1),
        "mlp_ln" => ("ffn/layer_norm", 0, 1),
        _ => return None,
    };
    let leaf = match (place.ends_with("layer_norm"), kind) {
        (true, "weight") => "gamma",
        (true, "bias") => "beta",
        (false, kind) => kind,
        (true, _) => return None,
    };
    Some(Origin { variable: format!("{side}/layer_{layer}/{place}/{leaf}"), part, parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(tensor: &str) -> (String, u64, u64) {
        let origin = origin(tensor).unwrap();
        (origin.variable, origin.part, origin.parts)
    }

    #[test]
    fn stacked_attention_is_taken_apart() {
        let variable = "encoder/layer_3/self_attention/linear_0/weight".to_owned();
        assert_eq!(place("encoder.blocks.3.attn.key.weight"), (variable, 1, 3));
        let variable = "decoder/layer_0/attention/linear_1/bias".to_owned();
        assert_eq!(place("decoder.blocks.0.cross_attn.value.bias"), (variable, 1, 2));
    }

    #[test]
    fn norms_are_gamma_and_beta() {
        assert_eq!(place("decoder.ln.bias").0, "decoder/layer_norm/beta");
        assert_eq!(place("encoder.blocks.1.mlp_ln.weight").0, "encoder/layer_1/ffn/layer_norm/gamma");
    }

    #[test]
    fn an_unknown_name_has_no_origin() {
        assert_eq!(origin("decoder.blocks.0.other.weight"), None);
    }
}
