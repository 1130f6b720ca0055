"""`Loss.keras`: a loss for ``model.compile``, on the JAX and torch backends of Keras 3."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from likelihoodkit.errors import BindingError, DerivationError
from likelihoodkit.export.saved import noise_from_json, noise_to_json
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import Loss, derive
from likelihoodkit.losses._catalogue import CatalogueLoss
from likelihoodkit.losses._inputs import NamedInputs

keras: Any = framework("keras")

#: backends whose tensors the kit computes with; Keras on TensorFlow alone is refused
BACKENDS = ("jax", "torch")


@keras.saving.register_keras_serializable(package="likelihoodkit")
class KerasLoss(keras.losses.Loss):  # type: ignore[misc]
    """A loss of Keras 3: ``model.compile(loss=lk.derive(lk.Poisson).keras())``.

    Keras calls it with (y_true, y_pred); ``y_pred`` has the columns of `Loss.outputs` in its last axis (one number
    predicted may come without that axis). ``reduction`` and ``dtype`` are those of `keras.losses.Loss`; sample weights
    go through ``fit``. It is saved with the model, as the name of the noise and its bindings.

    Outcomes are checked when they are numbers: in eager mode, not in a compiled step, where Keras shows none.

    Raises `BindingError` for a noise with shared parameters, which a loss of Keras has no place for, and
    `DerivationError` on another backend than JAX and torch.
    """

    def __init__(
        self,
        loss: Loss | dict[str, Any],
        reduction: str = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        if isinstance(loss, dict):
            bound = noise_from_json(loss)
            loss = derive(bound) if loss["kind"] == "family" else CatalogueLoss(bound)
        if isinstance(loss, NamedInputs):
            raise BindingError(
                f"{loss.name} takes {', '.join(loss.names)}, a loss of Keras takes two arrays",
                family=loss.name,
                remedy="Add it to the model with add_loss",
            )
        if loss.shared:
            raise BindingError(
                f"{loss.name} shares {', '.join(loss.shared)}: a loss of Keras has no weights of its own",
                family=loss.name,
                remedy="Predict them, or hold them at numbers",
            )
        if keras.backend.backend() not in BACKENDS:
            raise DerivationError(
                f"Keras runs on {keras.backend.backend()}",
                value=keras.backend.backend(),
                remedy="Set KERAS_BACKEND to jax or torch before Keras is imported",
            )
        super().__init__(name=name or loss.name, reduction=reduction, dtype=dtype)
        self.loss = loss
        self._engine = import_module(f"likelihoodkit.export.{keras.backend.backend()}")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each row."""
        single = not (self.loss.bound.family.outcome.domain.vector or self.loss.bound.family.outcome.domain.entries)
        if single and y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 and y_pred.shape[-1] != 1:
            y_true = y_true[..., 0]  # Keras gives labels of shape (n,) an axis
        if single and y_true.ndim == y_pred.ndim and y_pred.shape[-1] == 1 and len(self.loss.outputs) == 1:
            y_true, y_pred = y_true[..., 0], y_pred[..., 0]
        return self._engine.evaluate(self.loss, y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        """What a saved model keeps: the noise as plain data."""
        config: dict[str, Any] = super().get_config()
        return {**config, "loss": noise_to_json(self.loss.bound)}
