namespace Criterion.Nn;

/// <summary>Methods of every module that return the module in its own type.</summary>
/// <example><code>Sequential net = new Sequential(new Linear(784, 10), new Dropout()).Eval();</code></example>
public static class ModuleExtensions
{
    /// <summary>Switches a module and its children to training.</summary>
    /// <returns>The module.</returns>
    public static T Train<T>(this T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        module.SetTraining(true);
        return module;
    }

    /// <summary>Switches a module and its children to evaluation.</summary>
    /// <returns>The module.</returns>
    public static T Eval<T>(this T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        module.SetTraining(false);
        return module;
    }

    /// <summary>Freezes all parameters: none requires a gradient, while gradients still flow to the input.</summary>
    /// <returns>The module.</returns>
    public static T Freeze<T>(this T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        module.SetRequiresGrad(false);
        return module;
    }

    /// <summary>Unfreezes all parameters: each requires a gradient.</summary>
    /// <returns>The module.</returns>
    public static T Unfreeze<T>(this T module)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        module.SetRequiresGrad(true);
        return module;
    }

    /// <summary>
    /// Converts all parameters and floating-point buffers to a type, in place: their tensors stay the same objects. Gradients are dropped.
    /// </summary>
    /// <remarks>Convert a module before it is given to an optimizer, whose state has the type of the parameters.</remarks>
    /// <param name="module">The module.</param>
    /// <param name="type">Float32 or Float64.</param>
    /// <returns>The module.</returns>
    /// <exception cref="DTypeException">The type is not floating-point.</exception>
    public static T To<T>(this T module, DType type)
        where T : Module
    {
        ArgumentNullException.ThrowIfNull(module);
        module.Convert(type);
        return module;
    }
}
