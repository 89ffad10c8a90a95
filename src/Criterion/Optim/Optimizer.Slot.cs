using Criterion.Drivers;

namespace Criterion.Optim;

public abstract partial class Optimizer
{
    /// <summary>A parameter with its state.</summary>
    private protected sealed class Slot(Optimizer owner, ParameterGroup group, Tensor parameter)
    {
        Tensor[] _state = [];
        string[] _names = [];
        StepRange? _range;

        public Tensor Parameter { get; } = parameter;

        public double LearningRate => group.LearningRate ?? owner.LearningRate;

        public double WeightDecay => group.WeightDecay ?? owner.WeightDecay;

        /// <summary>Gets the number of steps, including the current one.</summary>
        public long Steps { get; private set; }

        public Tensor this[int index] => _state[index];

        /// <summary>
        /// Returns the range of gradients that plain updates handle, including a weight decay that is added to them; an empty one if
        /// <paramref name="isLeft"/>.
        /// </summary>
        public StepRange Range(double decay, bool isLeft)
        {
            _range ??= new(Parameter.DType) { Decay = decay, IsLeft = isLeft || HasExtremes() };
            return _range;
        }

        public void Begin()
        {
            if (Steps++ == 0)
            {
                Allocate();
            }
        }

        public void Save(string prefix, OrderedDictionary<string, Tensor> state)
        {
            if (Steps > 0)
            {
                state.Add($"{prefix}step", Tensor.Scalar(Steps, DType.Int64));
                for (int i = 0; i < _names.Length; i++)
                {
                    state.Add(prefix + _names[i], _state[i]);
                }
            }
        }

        public void Expect(string prefix, OrderedDictionary<string, Tensor> state)
        {
            state.Add($"{prefix}step", Tensor.Scalar(0, DType.Int64));
            foreach (string name in owner.StateNames)
            {
                state.Add(prefix + name, Tensor.EmptyLike(Parameter));
            }
        }

        public void Load(string prefix, IReadOnlyDictionary<string, Tensor> state)
        {
            _range = null;
            Steps = state.TryGetValue($"{prefix}step", out Tensor? steps) ? (long)steps.Item() : 0;
            if (Steps > 0)
            {
                Allocate();
                for (int i = 0; i < _names.Length; i++)
                {
                    _state[i].CopyFrom(state[prefix + _names[i]]);
                }
            }
        }

        /// <summary>Returns whether loaded state may be outside that range: large, or a mean square stored as its negative root.</summary>
        bool HasExtremes()
        {
            const double largest = 1e17;
            return Steps > 1 && Parameter.Count > 0 && _names.Zip(_state).Any(static kept =>
                !(kept.Second.Abs().Max().Item() <= largest) || (SquareMean.Names.Contains(kept.First) && kept.Second.Min().Item() < 0));
        }

        // Outside every scope: the state lives as long as the optimizer.
        void Allocate()
        {
            using (TensorScope.Suspend())
            {
                _names = owner.StateNames;
                _state = [.. _names.Select(_ => Tensor.Zeros(Parameter.Shape, Parameter.DType))];
            }
        }
    }
}
