namespace Criterion.Nn;

/// <summary>Clears the gradients of parameters.</summary>
internal static class Gradients
{
    /// <summary>Clears them; inside a <see cref="TensorScope"/> their memory goes back to the pool when it ends.</summary>
    public static void Clear(IReadOnlyList<Tensor> parameters)
    {
        for (int i = 0; i < parameters.Count; i++)
        {
            LeafGradient.Clear(parameters[i]);
        }
    }
}
